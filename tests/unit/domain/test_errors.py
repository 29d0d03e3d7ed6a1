"""Errors are the builtins that callers already catch, and carry what a log needs."""

import inspect
import pickle

import pytest

from cloud_storages.domain import errors
from cloud_storages.domain.values import Location

ALL = [each for _, each in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.InvalidName, ValueError),
        (errors.FileMissing, FileNotFoundError),
        (errors.BucketMissing, FileNotFoundError),
        (errors.FileTaken, FileExistsError),
        (errors.BucketTaken, FileExistsError),
        (errors.Rejected, ValueError),
        (errors.AccessDenied, PermissionError),
        (errors.Misconfigured, OSError),
        (errors.IntegrityError, OSError),
        (errors.Unavailable, OSError),
    ],
)
def test_an_error_is_the_builtin_its_callers_catch(error, builtin):
    assert issubclass(error, builtin)
    assert issubclass(error, errors.CloudStorageError)


@pytest.mark.parametrize("error", ALL)
def test_an_error_survives_the_way_between_processes(error):
    raised = error("what", location=Location("b", "f"), operation="create", temporary=True)

    back = pickle.loads(pickle.dumps(raised))

    assert type(back) is error
    assert str(back) == "what"
    assert (back.location, back.operation, back.temporary) == (Location("b", "f"), "create", True)


@pytest.mark.parametrize("error", ALL)
def test_only_what_may_pass_is_temporary_by_itself(error):
    assert error("what").temporary == (error is errors.Unavailable)


@pytest.mark.parametrize("error", [errors.Misconfigured, errors.AccessDenied, errors.Unavailable])
def test_misconfiguration_is_never_taken_for_a_missing_file(error):
    assert not issubclass(error, FileNotFoundError)


def test_every_error_is_exported():
    assert sorted(errors.__all__) == sorted(each.__name__ for each in ALL)
