"""What is wrong, on one line, and no secret in it."""

import pytest

from cloud_storages.domain.errors import Unavailable
from cloud_storages.maintenance.errors import CannotRun, Problem, reason_of

SECRET = "c2VjcmV0"


@pytest.mark.parametrize(
    "text",
    [
        f"403 Client Error: Forbidden for url: https://acct.example/media/x.txt?sv=24&sig={SECRET}",
        f"cannot open 'https://user:{SECRET}@media.example/x.txt'",
        f"cannot open https://{SECRET}@media.example/x.txt?a=b&sig={SECRET}#{SECRET}, once more",
        f"<URL s3+https://media.example/x.txt?{SECRET}>",
        f"postgres://site:p@{SECRET}@db.example/site is down",
    ],
)
@pytest.mark.parametrize("kind", [OSError, CannotRun, Unavailable])
def test_a_reason_holds_no_signature_and_no_password(kind, text):
    error = kind(text)

    assert SECRET not in reason_of(error)
    assert SECRET not in repr(Problem.of("x.txt", error))
    assert [word for word in ("x.txt", "db.example") if word in reason_of(error)]


def test_a_reason_holds_no_signature_where_only_the_path_is_told():
    error = OSError(f"Max retries exceeded with url: /media/x.txt?sig={SECRET} (a timeout)")

    assert reason_of(error) == "OSError: Max retries exceeded with url: /media/x.txt (a timeout)"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (CannotRun("Write APPWRITE_API_ENDPOINT = 'https://host/v1'."),) * 2,
        (Unavailable("No answer\nfrom https://host/v1."), "No answer from https://host/v1."),
        (CannotRun("There is no file 'docs/what?=a.txt'."),) * 2,
        (OSError("a@b.example is nobody"), "OSError: a@b.example is nobody"),
        (ValueError(), "ValueError"),
    ],
)
def test_all_else_is_told_as_it_is(error, reason):
    assert reason_of(error) == str(reason)
