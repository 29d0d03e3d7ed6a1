"""Where Django's documentation makes the promises."""

from __future__ import annotations

__all__ = ["content_file", "custom", "field", "field_file", "file", "note", "storage"]

_DOCS = "https://docs.djangoproject.com/en/stable/"


def storage(method: str) -> str:
    """Return where a method of ``Storage`` is documented: File storage API."""
    return f"{_DOCS}ref/files/storage/#django.core.files.storage.Storage.{method}"


def custom(method: str = "") -> str:
    """Return where a hook is documented, or all: How to write a custom storage class."""
    anchor = f"#django.core.files.storage.{method}" if method else ""
    return f"{_DOCS}howto/custom-file-storage/{anchor}"


def file(attribute: str) -> str:
    """Return where an attribute of ``File`` is documented."""
    return f"{_DOCS}ref/files/file/#django.core.files.File.{attribute}"


def content_file() -> str:
    """Return where ``ContentFile`` is documented."""
    return f"{_DOCS}ref/files/file/#django.core.files.base.ContentFile"


def field(option: str = "") -> str:
    """Return where ``FileField``, or an option of it, is documented."""
    anchor = f".{option}" if option else ""
    return f"{_DOCS}ref/models/fields/#django.db.models.FileField{anchor}"


def field_file(method: str) -> str:
    """Return where a method of ``FieldFile`` is documented."""
    return f"{_DOCS}ref/models/fields/#django.db.models.fields.files.FieldFile.{method}"


def note(page: str) -> str:
    """Return any other page of the documentation."""
    return _DOCS + page
