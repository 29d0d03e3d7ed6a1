"""The check of a site whose storage is the fake, and of sites whose settings are wrong."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import FileField
from django.test import override_settings

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.maintenance.buckets import create_needed_buckets
from cloud_storages.maintenance.checking import Verdict, check
from cloud_storages.maintenance.errors import CannotRun
from tests.commands import ran
from tests.site.models import Document
from tests.unit.django.contract.sites import default_storage_is, needs_storages
from tests.unit.django.sites_of_their_own import output_of

APPWRITE = "cloud_storages.backends.appwrite.AppWriteStorage"
IN_MEMORY = "cloud_storages.backends.memory.InMemoryStorage"
COMPLETE = {"api_key": "standard_0123456789", "project_id": "site", "bucket_id": "media"}


@pytest.mark.parametrize("access", ["public", "private"])
def test_the_fake_is_as_right_as_a_server(access):
    with default_storage_is(IN_MEMORY, access=access):
        create_needed_buckets()

        report = check("default")

    assert report.ok
    assert not report.of(Verdict.ERROR)
    assert len([each for each in report.findings if each.step == "url"]) == (
        4 if access == "public" else 8
    )
    assert list(InMemoryStorage().service.names()) == []


@pytest.mark.parametrize("access", ["public", "private"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_page_that_is_shown_instead_of_a_file_is_told_for_what_it_is(
    monkeypatch, access, dry_run
):
    with default_storage_is(IN_MEMORY, access=access):
        create_needed_buckets()
        InMemoryStorage().save("short/a.txt", ContentFile(b"content"))
        monkeypatch.setattr(MemoryStore, "visit", lambda *_: b"<html>Log in</html>")
        report = check("default", dry_run=dry_run)

    told = [each for each in report.of(Verdict.ERROR) if each.step == "url"]
    assert {"something else than the file" in each.message for each in told} == {True}
    assert "short" in {each.subject for each in told}
    assert not any("appwrite_buckets change" in each.way_out for each in told)


@pytest.mark.parametrize("access", ["public", "private"])
def test_a_dry_run_knows_a_large_file_by_its_beginning(access):
    with default_storage_is(IN_MEMORY, access=access):
        create_needed_buckets()
        InMemoryStorage().save("short/none.txt", ContentFile(b""))
        InMemoryStorage().save("short/z.txt", ContentFile(b"content" * 1000))
        report = check("default", dry_run=True)

    found = [
        each.verdict for each in report.findings if (each.step, each.subject) == ("url", "short")
    ]
    assert found[0] is Verdict.FINE


class OwnField(FileField):
    """A field whose class names its files, by their rows."""

    def generate_filename(self, instance, filename):
        return f"{instance.pk}/{filename}"


def test_a_field_that_names_its_files_itself_is_said_to_be_untold(monkeypatch):
    monkeypatch.setattr(Document._meta.get_field("short"), "__class__", OwnField)
    report = check()

    told = [each for each in report.of(Verdict.NOT_TOLD) if each.subject == "site.Document.short"]
    assert len(told) == 1
    assert {each.subject for each in report.findings if each.step == "bucket"} == {
        "media",
        "documents",
        "pictures",
        "site.Document.short",
    }


def test_the_fake_should_not_be_deployed():
    report = check(deploy=True)

    assert not report.ok
    assert "endpoint" in [each.step for each in report.of(Verdict.WARNING)]


def test_a_bucket_of_the_fake_that_is_open_is_told():
    InMemoryStorage().service.store.create_bucket("short", "short", public=True)

    with default_storage_is(IN_MEMORY, access="private"):
        report = check()

    assert [each.step for each in report.of(Verdict.ERROR)] == ["bucket", "url"]


@pytest.mark.parametrize(
    ("option", "setting"),
    [
        ("api_key", "APPWRITE_API_KEY"),
        ("project_id", "APPWRITE_PROJECT_ID"),
        ("bucket_id", "APPWRITE_BUCKET_ID"),
    ],
)
def test_a_setting_that_is_missing_is_told_and_no_server_asked(option, setting):
    given = {name: value for name, value in COMPLETE.items() if name != option}

    with default_storage_is(APPWRITE, **given, access="public"):
        report = check()

    (error,) = report.of(Verdict.ERROR)
    assert (error.step, error.setting) == ("settings", setting)
    assert setting in error.way_out
    assert {each.verdict for each in report.findings} == {Verdict.ERROR, Verdict.NOT_TOLD}
    assert "0123456789" not in str(report)


def test_what_a_site_should_not_be_deployed_with_is_told_without_deploying_too():
    with default_storage_is(IN_MEMORY, access="private"):
        report = check()

    assert report.ok
    assert [each.setting for each in report.of(Verdict.WARNING)] == ["APPWRITE_CACHE"]


def test_every_storage_of_the_site_is_looked_at_under_its_name(monkeypatch):
    own = InMemoryStorage(project_id="own")
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", own)

    report, alone = check(), check("site.Document.file")

    by_storage = {each.storage for each in report.findings}
    assert len(by_storage) == 2
    (name,) = {each.storage for each in alone.findings}
    assert name == "site.Document.file"
    assert name in by_storage
    subjects = {each.subject for each in alone.findings if each.step == "bucket"}
    assert subjects == {"media", "documents"}


@needs_storages
def test_an_unknown_option_of_an_alias_is_told_and_others_are_looked_at():
    aliases = {
        **settings.STORAGES,
        "wrong": {"BACKEND": IN_MEMORY, "OPTIONS": {"bucket": "media"}},
    }
    with override_settings(STORAGES=aliases):
        both, alone = check(), check("wrong")

    (error,) = both.of(Verdict.ERROR)
    assert "'bucket'" in error.message
    assert any(each.storage == "default" for each in both.findings)
    assert alone.findings == (error,)


@needs_storages
def test_advice_names_the_alias_that_it_is_about():
    private = {"BACKEND": IN_MEMORY, "OPTIONS": {"project_id": "p", "access": "private"}}
    with override_settings(STORAGES={**settings.STORAGES, "private": private}):
        InMemoryStorage(project_id="p").service.store.create_bucket("media", "media", public=True)
        report = check("private")

    ways = [each.way_out for each in report.of(Verdict.ERROR)]
    assert len(ways) == 2
    assert all("change media --storage private --private" in way for way in ways)


def test_a_storage_that_is_none_of_this_package_cannot_be_checked():
    with pytest.raises(CannotRun, match="FileSystemStorage"):
        check("django.core.files.storage.FileSystemStorage")
    other = default_storage_is("django.core.files.storage.FileSystemStorage")
    with other, pytest.raises(CannotRun, match="no storage of this package"):
        check()


def test_an_alias_that_does_not_exist_ends_the_command_with_2():
    done = ran("appwrite_check", "nowhere")

    assert done.code == 2
    assert "'nowhere'" in done.error


@pytest.mark.parametrize("command", ["appwrite_check", "appwrite_buckets"])
def test_the_help_of_each_command_has_examples(command, capsys):
    done = ran(command, "--help")

    assert done.code == 0
    assert f"manage.py {command}" in capsys.readouterr().out


def test_a_site_without_the_sdk_is_told_to_install_it():
    printed = output_of(
        """
        import django
        from django.conf import settings

        backend = "cloud_storages.backends.appwrite.AppWriteStorage"
        storage = {"STORAGES": {"default": {"BACKEND": backend}}}
        if django.VERSION < (4, 2):
            storage = {"DEFAULT_FILE_STORAGE": backend}
        settings.configure(
            INSTALLED_APPS=["cloud_storages"],
            APPWRITE_API_KEY="standard_0123456789",
            APPWRITE_PROJECT_ID="site",
            APPWRITE_BUCKET_ID="media",
            APPWRITE_ACCESS="public",
            **storage,
        )
        django.setup()
        from cloud_storages.maintenance.checking import check

        report = check()
        print(report.ok, *(each.way_out for each in report.findings if each.way_out))
        """,
        hidden=("appwrite", "requests", "tenacity", "urllib3"),
    )

    assert printed.startswith("False ")
    assert "pip install 'django-cloud-storages[appwrite]'" in printed
