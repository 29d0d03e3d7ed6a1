"""The forms for an entry, new or old."""

from __future__ import annotations

from typing import Any

from django import forms

from gallery.models import Photo, PrivatePhoto


class AttachmentInput(forms.ClearableFileInput):
    """Django's own, in words that need no explanation."""

    initial_text = "Now"
    input_text = "Another one"
    clear_checkbox_label = "Remove it"


class EntryForm(forms.ModelForm):
    """Title and files; a picture that is not given again stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["picture"].help_text = "Choose none to keep the one it has."
        for bound in self:
            bound.field.widget.attrs.update(_described(bound))


class PhotoForm(EntryForm):
    """An entry that everybody may see."""

    class Meta:
        """What of an entry visitors may say."""

        model = Photo
        fields = ("picture", "title", "attachment")
        widgets = {  # noqa: RUF012 - Django's API is a dict
            "picture": forms.FileInput(attrs={"accept": "image/*"}),
            "attachment": AttachmentInput,
        }


class PrivatePhotoForm(EntryForm):
    """An entry of the private album."""

    class Meta:
        """What of an entry visitors may say."""

        model = PrivatePhoto
        fields = ("picture", "title")
        widgets = {  # noqa: RUF012 - Django's API is a dict
            "picture": forms.FileInput(attrs={"accept": "image/*"}),
        }


def _described(bound: forms.BoundField) -> dict[str, str]:
    """Tie a field to its error and its help, for those who hear the page instead of seeing it."""
    ids = [f"{bound.auto_id}_error"] if bound.errors else []
    if bound.help_text:
        ids.append(f"{bound.auto_id}_help")
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return {**attributes, "aria-invalid": "true"} if bound.errors else attributes
