"""What a site is told of its storage, before a visitor meets it."""

from __future__ import annotations

import json
import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest
from django.core.validators import FileExtensionValidator

from cloud_storages.backends.appwrite import AppWriteStorage
from cloud_storages.emulator import Emulator, Fault
from cloud_storages.maintenance.checking import Finding, Report, Verdict, check
from tests.commands import ran
from tests.site.models import Document
from tests.unit.django.contract.sites import default_storage_is

from .conftest import APPWRITE, EXPIRED_KEY, FILES_KEY, KEY, KEYS_WITHOUT, an_installation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNKNOWN_KEY = "standard_unknown"
NO_KEY_AT_ALL = "dev_unknown"
STEPS = (
    "settings",
    "https",
    "endpoint",
    "version",
    "clock",
    "project",
    "key",
    "scope",
    "bucket",
    "url",
)
SECRETS = (KEY, EXPIRED_KEY, FILES_KEY, UNKNOWN_KEY, NO_KEY_AT_ALL, *KEYS_WITHOUT.values())


def checked(options: dict[str, Any], **how: Any) -> Report:
    """Return what is found of a site with these options, having made sure that no key is shown."""
    with default_storage_is(APPWRITE, **options):
        report = check(**how)
    assert not any(key in str(report) for key in SECRETS)
    # Each failure says where to look or what to do, and nothing else does.
    for each in report.findings:
        is_wrong = each.verdict in (Verdict.ERROR, Verdict.WARNING)
        assert bool(each.way_out) is is_wrong, each
    return report


def only(findings: Sequence[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def at(report: Report, step: str, subject: str = "") -> list[Finding]:
    return [each for each in report.findings if each.step == step and subject in ("", each.subject)]


def untold(report: Report) -> set[str]:
    return {each.step for each in report.of(Verdict.NOT_TOLD)}


class TestRightSettings:
    @pytest.mark.usefixtures("buckets")
    @pytest.mark.parametrize("access", ["public", "private"])
    def test_are_fine_in_every_step(
        self, right: dict[str, Any], wire: Callable[..., Any], buckets: list[str], access: str
    ) -> None:
        if access == "private":
            for bucket in buckets:
                wire("PUT", f"/storage/buckets/{bucket}", json={"name": bucket, "permissions": []})

        report = checked({**right, "access": access})

        assert report.ok
        assert tuple(dict.fromkeys(each.step for each in report.findings)) == STEPS
        # The test site's cache is not shared, which matters to links only.
        wrong = [each.setting for each in report.findings if each.verdict is not Verdict.FINE]
        assert wrong == (["APPWRITE_CACHE"] if access == "private" else [])
        assert {each.subject for each in at(report, "url")} == set(buckets)

    @pytest.mark.usefixtures("buckets")
    def test_leave_neither_key_nor_token_in_a_log(
        self, right: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)

        report = checked({**right, "access": "private", "layout": "path"})

        # A token was made and used, if only to find a public bucket.
        assert [each.verdict for each in at(report, "url")] == [Verdict.ERROR, Verdict.FINE]
        assert "/tokens/buckets/media/files/" in caplog.text
        assert "token=" not in caplog.text
        assert not any(key in caplog.text for key in SECRETS)

    @pytest.mark.usefixtures("buckets")
    def test_leave_nothing_behind(
        self, right: dict[str, Any], wire: Callable[..., Any], buckets: list[str]
    ) -> None:
        before = wire("GET", "/storage/buckets")

        checked(right)

        assert wire("GET", "/storage/buckets") == before
        for bucket in buckets:
            assert wire("GET", f"/storage/buckets/{bucket}/files")["files"] == []

    @pytest.mark.usefixtures("buckets")
    def test_may_be_deployed_but_for_an_address_that_browsers_cannot_reach(
        self, right: dict[str, Any]
    ) -> None:
        report = checked(right, deploy=True)

        assert not report.ok
        assert only(report.of(Verdict.WARNING)).setting == "APPWRITE_PUBLIC_ENDPOINT"
        assert not report.of(Verdict.ERROR)

    def test_say_which_buckets_will_be_created(self, right: dict[str, Any]) -> None:
        report = checked(right)

        assert report.ok
        assert [each.subject for each in at(report, "bucket")] == [
            "media",
            "documents",
            "pictures",
            "short",
        ]
        assert all("creates it, public" in each.message for each in at(report, "bucket"))
        assert untold(report) == {"url"}

    def test_in_the_layout_of_paths_need_one_bucket(self, right: dict[str, Any]) -> None:
        report = checked({**right, "layout": "path"})

        bucket = only(at(report, "bucket"))
        assert bucket.subject == "media"
        assert "site.Document.file" in bucket.message

    def test_come_with_what_the_server_supports(self, right: dict[str, Any]) -> None:
        assert "file tokens" in only(at(checked(right), "version")).message


class TestADryRun:
    @pytest.mark.usefixtures("buckets")
    def test_changes_nothing(
        self, right: dict[str, Any], installation: Emulator, buckets: list[str]
    ) -> None:
        installation.traffic.clear()

        report = checked(right, dry_run=True)

        done = [e for e in installation.traffic.exchanges if e.status < 400 and e.method != "GET"]
        assert done == []
        assert report.ok
        assert {each.subject for each in report.of(Verdict.NOT_TOLD)} == set(buckets)

    @pytest.mark.usefixtures("buckets")
    def test_opens_a_file_that_is_there(self, right: dict[str, Any]) -> None:
        with AppWriteStorage(**right).open("documents/a.txt", "xb") as file:
            file.write(b"content")

        public, private = (
            at(checked({**right, "access": access}, dry_run=True), "url", "documents")
            for access in ("public", "private")
        )

        assert only(public).verdict is Verdict.FINE
        assert [each.verdict for each in private] == [Verdict.ERROR, Verdict.NOT_TOLD]


def the_first_error(report: Report, step: str) -> Finding:
    """Return the only error there is, having made sure that all later steps are not told."""
    assert not report.ok
    error = only(report.of(Verdict.ERROR))
    assert error.step == step
    assert untold(report) == set(STEPS[STEPS.index(step) + 1 :])
    return error


class TestWhatLeadsToNoAppwrite:
    def test_a_missing_version_in_the_address(self, right: dict[str, Any]) -> None:
        endpoint = right["endpoint"]

        error = the_first_error(
            checked({**right, "endpoint": endpoint.removesuffix("/v1")}), "endpoint"
        )

        assert error.setting == "APPWRITE_API_ENDPOINT"
        assert repr(endpoint) in error.way_out

    def test_another_path_of_the_address(self, right: dict[str, Any]) -> None:
        endpoint = right["endpoint"]

        error = the_first_error(checked({**right, "endpoint": f"{endpoint}/storage"}), "endpoint")

        assert error.way_out == f"Write APPWRITE_API_ENDPOINT = {endpoint!r}."

    def test_a_closed_port(self, right: dict[str, Any]) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"

            error = the_first_error(checked({**right, "endpoint": endpoint}), "endpoint")

        assert error.setting == "APPWRITE_API_ENDPOINT"
        assert "nothing listens there" in error.message

    def test_a_host_that_is_none(self, right: dict[str, Any]) -> None:
        report = checked({**right, "endpoint": "https://appwrite.invalid/v1"})

        assert "host" in the_first_error(report, "endpoint").message

    def test_a_server_without_tls(self, right: dict[str, Any]) -> None:
        endpoint = right["endpoint"].replace("http://", "https://")

        error = the_first_error(checked({**right, "endpoint": endpoint}), "endpoint")

        assert "TLS" in error.message

    def test_a_redirect_to_https(self, right: dict[str, Any], installation: Emulator) -> None:
        target = right["endpoint"].replace("http://", "https://")
        headers = {"Location": f"{target}/health/version?token=secret"}
        installation.inject(Fault(status=301, headers=headers, times=100))

        report = checked(right)

        error = the_first_error(report, "endpoint")
        assert error.way_out == f"Write APPWRITE_API_ENDPOINT = {target!r}."
        assert "secret" not in str(report)

    def test_a_web_page(self, right: dict[str, Any], installation: Emulator) -> None:
        page = {"Content-Type": "text/html; charset=utf-8"}
        installation.inject(Fault(status=200, headers=page, body=b"<p>Welcome!</p>", times=100))

        error = the_first_error(checked(right), "endpoint")

        assert "a web page" in error.message
        assert error.setting == "APPWRITE_API_ENDPOINT"

    def test_a_server_that_fails(self, right: dict[str, Any], installation: Emulator) -> None:
        installation.inject(Fault(status=503, times=100))

        error = the_first_error(checked(right), "endpoint")

        assert "503" in error.message

    def test_an_address_that_strangers_could_read_along(self, right: dict[str, Any]) -> None:
        report = checked({**right, "endpoint": "http://appwrite.invalid/v1"})

        warning = only(report.of(Verdict.WARNING))
        assert (warning.step, warning.setting) == ("https", "APPWRITE_API_ENDPOINT")
        assert "'https://appwrite.invalid/v1'" in warning.way_out


class TestWhatIsNotAccepted:
    def test_an_unknown_project_hides_the_key(self, right: dict[str, Any]) -> None:
        report = checked({**right, "project_id": "another", "api_key": UNKNOWN_KEY})

        assert the_first_error(report, "project").setting == "APPWRITE_PROJECT_ID"

    @pytest.mark.parametrize(
        "key", [UNKNOWN_KEY, NO_KEY_AT_ALL, EXPIRED_KEY], ids=["unknown", "of no kind", "expired"]
    )
    def test_a_key(self, right: dict[str, Any], key: str) -> None:
        error = the_first_error(checked({**right, "api_key": key}), "key")

        assert error.setting == "APPWRITE_API_KEY"
        assert ("expired" in error.message) is (key == EXPIRED_KEY)

    def test_a_guest_of_an_old_server(self, right: dict[str, Any]) -> None:
        with an_installation(server_version="1.5.11") as old:
            report = checked({**right, "endpoint": old.endpoint, "api_key": UNKNOWN_KEY})

        assert "guest" in the_first_error(report, "key").message

    def test_by_a_server_that_fails_only_then(
        self, right: dict[str, Any], installation: Emulator
    ) -> None:
        installation.inject(Fault(path="/health$", status=500, times=100))

        assert "500" in the_first_error(checked(right), "project").message


class TestAScopeThatIsMissing:
    @pytest.mark.usefixtures("buckets")
    @pytest.mark.parametrize(
        ("scope", "verdict"),
        [
            ("files.read", Verdict.ERROR),
            ("files.write", Verdict.ERROR),
            ("buckets.read", Verdict.WARNING),
            ("buckets.write", Verdict.WARNING),
            ("tokens.read", Verdict.FINE),
            ("tokens.write", Verdict.ERROR),
        ],
    )
    def test_is_told_as_bad_as_it_is(
        self, right: dict[str, Any], scope: str, verdict: Verdict
    ) -> None:
        report = checked({**right, "api_key": KEYS_WITHOUT[scope], "access": "private"})

        found = {each.subject: each for each in at(report, "scope")}
        assert found[scope].verdict is verdict
        assert {each.verdict for name, each in found.items() if name != scope} == {Verdict.FINE}
        if verdict is not Verdict.FINE:
            assert found[scope].setting == "APPWRITE_API_KEY"
            assert scope in found[scope].way_out

    @pytest.mark.usefixtures("buckets")
    def test_is_no_matter_where_the_settings_need_it_not(self, right: dict[str, Any]) -> None:
        options = {**right, "api_key": FILES_KEY, "layout": "path", "create_buckets": False}

        report = checked(options)

        assert report.ok
        assert {each.verdict for each in at(report, "scope")} == {Verdict.FINE}
        assert only(at(report, "bucket")).verdict is Verdict.NOT_TOLD
        assert only(at(report, "url")).verdict is Verdict.FINE

    @pytest.mark.parametrize(
        ("scope", "of_the_root"),
        # No bucket of the root's name is looked for, and nothing is certain to be saved in it.
        [("buckets.read", Verdict.FINE), ("buckets.write", Verdict.WARNING)],
    )
    def test_is_an_error_once_a_bucket_is_to_be_created(
        self, right: dict[str, Any], scope: str, of_the_root: Verdict
    ) -> None:
        report = checked({**right, "api_key": KEYS_WITHOUT[scope]})

        root, *found = at(report, "bucket")
        assert (root.subject, root.verdict) == ("media", of_the_root)
        assert len(found) == 3
        for each in found:
            assert (each.verdict, each.setting) == (Verdict.ERROR, "APPWRITE_API_KEY")
            assert scope in each.way_out

    @pytest.mark.usefixtures("buckets")
    def test_is_not_what_a_listing_that_fails_is_taken_for(
        self, right: dict[str, Any], installation: Emulator, wire: Callable[..., Any]
    ) -> None:
        wire("DELETE", "/storage/buckets/short")
        installation.inject(Fault("GET", "/storage/buckets$", status=503, times=100))

        report = checked(right)

        assert report.ok
        assert not report.of(Verdict.WARNING)
        found = at(report, "bucket")
        assert [each.verdict for each in found] == [Verdict.NOT_TOLD] * 4
        assert all("503" in each.message for each in found)
        assert {each.subject for each in at(report, "url")} == {"media", "documents", "pictures"}

    def test_is_found_out_without_changing_anything(
        self, right: dict[str, Any], installation: Emulator
    ) -> None:
        installation.traffic.clear()

        checked(right)

        assert {e.status for e in installation.traffic.exchanges if e.method == "POST"} == {400}


class TestTheServersVersion:
    @pytest.mark.parametrize("version", ["1.5.11", "1.6.2"])
    def test_without_tokens_serves_no_private_files(
        self, right: dict[str, Any], version: str
    ) -> None:
        with an_installation(server_version=version) as old:
            public, private = (
                checked({**right, "endpoint": old.endpoint, "access": access})
                for access in ("public", "private")
            )

        assert public.ok
        error = only(private.of(Verdict.ERROR))
        assert (error.step, error.setting) == ("scope", "APPWRITE_ACCESS")
        assert "1.7" in error.message

    def test_that_is_too_old_is_refused(
        self, right: dict[str, Any], installation: Emulator
    ) -> None:
        body = json.dumps({"version": "1.4.13"}).encode()
        installation.inject(Fault(path="/version$", status=200, body=body))

        assert "1.5" in the_first_error(checked(right), "version").message


class TestTheServersClock:
    @pytest.mark.parametrize(
        ("seconds", "access", "verdict"),
        [
            (5, "private", Verdict.FINE),
            (120, "private", Verdict.WARNING),
            (-120, "private", Verdict.WARNING),
            (13 * 3600, "private", Verdict.ERROR),
            (13 * 3600, "public", Verdict.WARNING),
        ],
    )
    def test_is_compared_with_the_life_of_links(
        self,
        right: dict[str, Any],
        installation: Emulator,
        seconds: float,
        access: str,
        verdict: Verdict,
    ) -> None:
        with installation.ahead(seconds):
            report = checked({**right, "access": access})

        clock = only(at(report, "clock"))
        assert clock.verdict is verdict
        if verdict is not Verdict.FINE:
            assert "NTP" in clock.way_out
            assert ("behind" in clock.message) is (seconds < 0)


@pytest.fixture
def change(wire: Callable[..., Any]) -> Callable[..., None]:
    """Change a bucket as its owner does in the console."""

    def change(bucket: str, **settings: Any) -> None:
        before = wire("GET", f"/storage/buckets/{bucket}")
        wire(
            "PUT",
            f"/storage/buckets/{bucket}",
            json={"name": bucket, "permissions": before["$permissions"], **settings},
        )

    return change


@pytest.mark.usefixtures("buckets")
class TestABucket:
    def test_that_is_private_where_public_is_asked_for(
        self, right: dict[str, Any], change: Callable[..., None]
    ) -> None:
        change("documents", permissions=[])

        report = checked(right)

        assert [each.step for each in report.of(Verdict.ERROR)] == ["bucket", "url"]
        for each in report.of(Verdict.ERROR):
            assert (each.subject, each.setting) == ("documents", "APPWRITE_ACCESS")
            assert "change documents --public" in each.way_out

    def test_that_is_public_where_private_is_asked_for(
        self, right: dict[str, Any], change: Callable[..., None], buckets: list[str]
    ) -> None:
        for bucket in buckets[1:]:
            change(bucket, permissions=[])

        report = checked({**right, "access": "private"})

        assert [each.step for each in report.of(Verdict.ERROR)] == ["bucket", "url"]
        for each in report.of(Verdict.ERROR):
            assert (each.subject, each.setting) == ("media", "APPWRITE_ACCESS")
            assert "change media --private" in each.way_out
        assert len(at(report, "url")) == 2 * len(buckets)

    def test_that_is_disabled(self, right: dict[str, Any], change: Callable[..., None]) -> None:
        change("documents", enabled=False)

        report = checked(right)

        error = only(report.of(Verdict.ERROR))
        assert (error.step, error.subject) == ("bucket", "documents")
        assert "--enabled" in error.way_out
        assert only(at(report, "url", "documents")).verdict is Verdict.NOT_TOLD

    def test_that_takes_too_small_files(
        self, right: dict[str, Any], change: Callable[..., None]
    ) -> None:
        change("documents", maximumFileSize=20)

        report = checked(right, largest=20_000_000)

        error = only(report.of(Verdict.ERROR))
        assert "20 bytes" in error.message
        assert "--max-size 20000000" in error.way_out
        assert only(at(checked(right), "url", "documents")).verdict is Verdict.FINE
        assert only(checked(right).of(Verdict.WARNING)).subject == "documents"

    def test_that_refuses_what_a_field_takes(
        self,
        right: dict[str, Any],
        change: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        field = Document._meta.get_field("file")
        validators = [*field.validators, FileExtensionValidator(["pdf", "TXT"])]
        monkeypatch.setattr(field, "validators", validators)
        change("documents", allowedFileExtensions=["PDF", "txt"])
        change("pictures", allowedFileExtensions=["jpg", "jpeg", "png", "gif", "webp"])
        change("short", allowedFileExtensions=["doc"])

        report = checked(right)

        error = only(report.of(Verdict.ERROR))
        assert "refuses pdf, which site.Document.file takes" in error.message
        assert "--extensions pdf,txt" in error.way_out
        subjects = [each.subject for each in report.of(Verdict.WARNING)]
        assert subjects == ["documents", "short"]
        assert {each.verdict for each in at(report, "url")} == {Verdict.FINE}

    @pytest.mark.parametrize(
        ("settings", "text"),
        [
            ({"encryption": False}, "not encrypted"),
            ({"antivirus": False}, "not scanned"),
            ({"transformations": False}, "no previews"),
            ({"permissions": ['read("any")', 'create("users")']}, "created"),
        ],
        ids=str,
    )
    def test_that_is_not_as_safe_or_useful_as_it_could_be(
        self,
        right: dict[str, Any],
        change: Callable[..., None],
        settings: dict[str, Any],
        text: str,
    ) -> None:
        change("documents", **settings)

        report = checked(right)

        warning = only(report.of(Verdict.WARNING))
        assert report.ok
        assert (warning.step, warning.subject) == ("bucket", "documents")
        assert text in warning.message

    def test_that_is_missing_and_may_not_be_created(
        self, right: dict[str, Any], wire: Callable[..., Any]
    ) -> None:
        wire("DELETE", "/storage/buckets/documents")
        wire("DELETE", "/storage/buckets/media")

        report = checked({**right, "create_buckets": False, "buckets": {"old": "older"}})

        error = only(report.of(Verdict.ERROR))
        assert (error.step, error.subject) == ("bucket", "documents")
        assert "appwrite_buckets create documents" in error.way_out
        assert "APPWRITE_CREATE_BUCKETS" in error.way_out
        # Nothing is certain to be saved there.
        warnings = {each.subject: each.setting for each in report.of(Verdict.WARNING)}
        assert warnings == {"media": "APPWRITE_BUCKET_ID", "older": "APPWRITE_BUCKETS"}

    def test_that_several_could_be(self, right: dict[str, Any], wire: Callable[..., Any]) -> None:
        wire("DELETE", "/storage/buckets/documents")
        for bucket in ("docs-1", "docs-2"):
            body = {"bucketId": bucket, "name": "documents", "permissions": ['read("any")']}
            wire("POST", "/storage/buckets", json=body)

        error = only(checked(right).of(Verdict.ERROR))

        assert (error.subject, error.setting) == ("documents", "APPWRITE_BUCKETS")
        assert "{'documents': 'docs-1'}" in error.way_out

    def test_that_is_found_by_its_name(
        self, right: dict[str, Any], wire: Callable[..., Any]
    ) -> None:
        wire("DELETE", "/storage/buckets/documents")
        body = {"bucketId": "d0c5", "name": "documents", "permissions": ['read("any")']}
        wire("POST", "/storage/buckets", json=body)

        report = checked(right)

        assert report.ok
        assert only(at(report, "bucket", "d0c5")).message.startswith("Is there")
        assert only(at(report, "url", "d0c5")).verdict is Verdict.FINE

    def test_that_a_function_names_cannot_be_told(
        self, right: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        field = Document._meta.get_field("file")
        monkeypatch.setattr(field, "upload_to", lambda _instance, name: f"documents/{name}")

        untold = only(checked(right).of(Verdict.NOT_TOLD))

        assert (untold.step, untold.subject) == ("bucket", "site.Document.file")
        assert not checked({**right, "layout": "path"}).of(Verdict.NOT_TOLD)


@pytest.mark.usefixtures("buckets")
class TestAUrl:
    def test_at_an_address_of_another_site_shows_no_file(
        self, right: dict[str, Any], installation: Emulator
    ) -> None:
        page = {"Content-Type": "text/html"}
        installation.inject(
            Fault("GET", "/view$", status=200, headers=page, body=b"<p>Hello</p>", times=100)
        )

        report = checked({**right, "public_endpoint": installation.endpoint, "layout": "path"})

        error = only(report.of(Verdict.ERROR))
        assert (error.step, error.setting) == ("url", "APPWRITE_PUBLIC_ENDPOINT")

    def test_that_cannot_be_reached_from_here_is_a_warning(self, right: dict[str, Any]) -> None:
        public = "https://files.invalid/v1"

        report = checked({**right, "public_endpoint": public, "layout": "path"})

        warning = only(report.of(Verdict.WARNING))
        assert (warning.step, warning.setting) == ("url", "APPWRITE_PUBLIC_ENDPOINT")
        assert public in warning.message

    def test_leaves_no_file_behind_that_it_could_not_open(
        self, right: dict[str, Any], installation: Emulator, wire: Callable[..., Any]
    ) -> None:
        installation.inject(Fault("GET", "/view$", drop="reset", times=100))

        checked({**right, "layout": "path"})

        assert wire("GET", "/storage/buckets/media/files")["files"] == []

    def test_leaves_no_file_behind_when_the_check_is_broken_off(
        self, right: dict[str, Any], wire: Callable[..., Any]
    ) -> None:
        def lose_patience(finding: Finding) -> None:
            if finding.step == "url":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            checked({**right, "layout": "path"}, on_finding=lose_patience)

        assert wire("GET", "/storage/buckets/media/files")["files"] == []

    def test_leaves_no_file_behind_that_was_stored_although_the_answer_was_lost(
        self, right: dict[str, Any], installation: Emulator, wire: Callable[..., Any]
    ) -> None:
        installation.inject(Fault("POST", "/media/files$", drop="after", times=2))
        installation.inject(Fault("GET", "/files/appwrite-check", drop="before"))

        report = checked({**right, "layout": "path"})

        url = only(at(report, "url"))
        assert url.verdict is Verdict.NOT_TOLD
        assert "no answer" in url.message
        assert wire("GET", "/storage/buckets/media/files")["files"] == []

    def test_tells_of_a_file_that_it_could_not_remove(
        self, right: dict[str, Any], installation: Emulator, wire: Callable[..., Any]
    ) -> None:
        installation.inject(Fault("DELETE", status=503, times=100))

        report = checked({**right, "layout": "path"})

        left = only(wire("GET", "/storage/buckets/media/files")["files"])
        assert left["$id"] in only(report.of(Verdict.ERROR)).message


class TestTheCommand:
    def test_prints_each_finding_and_exits_with_0_if_nothing_is_wrong(
        self, right: dict[str, Any]
    ) -> None:
        with default_storage_is(APPWRITE, **right):
            done = ran("appwrite_check")

        assert done.code == 0
        assert all(f" {step} " in done.out for step in STEPS)
        assert done.out.endswith("0 errors, 0 warnings, 1 not told\n")

    def test_prints_setting_and_way_out_and_exits_with_1_if_something_is_wrong(
        self, right: dict[str, Any]
    ) -> None:
        with default_storage_is(APPWRITE, **{**right, "api_key": EXPIRED_KEY}):
            done = ran("appwrite_check", "default")

        assert done.code == 1
        assert "ERROR" in done.out
        assert "Setting: APPWRITE_API_KEY." in done.out
        assert "Make a new key" in done.out
        assert EXPIRED_KEY not in done.out

    def test_prints_one_document_for_machines(self, right: dict[str, Any]) -> None:
        with default_storage_is(APPWRITE, **{**right, "project_id": "another"}):
            done = ran("appwrite_check", "--json")

        told = json.loads(done.out)
        assert (done.code, told["ok"]) == (1, False)
        (error,) = (each for each in told["findings"] if each["verdict"] == "error")
        assert error["setting"] == "APPWRITE_PROJECT_ID"

    def test_counts_warnings_where_a_site_is_deployed(self, right: dict[str, Any]) -> None:
        with default_storage_is(APPWRITE, **right):
            assert ran("appwrite_check").code == 0
            assert ran("appwrite_check", "--deploy").code == 1
