"""What was stored a moment ago is known, and not for longer."""

import datetime as dt

from cloud_storages.domain.values import FileInfo, Location
from cloud_storages.service import Recent

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.timezone.utc)


def file(number, size=1):
    return FileInfo(Location("docs", f"f{number}"), "a", size, "0" * 32, NOW)


def test_a_file_is_known_for_a_while():
    now = [100.0]
    recent = Recent(lambda: now[0], seconds=10)
    recent.note(file(1))

    now[0] = 109.9
    assert recent.get(file(1).location) == file(1)
    now[0] = 110.0
    assert recent.get(file(1).location) is None


def test_a_file_that_is_stored_again_is_known_as_it_is_now():
    recent = Recent(seconds=10)
    recent.note(file(1, size=1))
    recent.note(file(1, size=2))

    assert recent.get(file(1).location) == file(1, size=2)


def test_a_forgotten_file_is_not_known():
    recent = Recent(seconds=10)
    recent.note(file(1))
    recent.forget(file(1).location)
    recent.forget(file(2).location)

    assert recent.get(file(1).location) is None


def test_many_files_push_out_the_oldest():
    recent = Recent(seconds=10)
    for number in range(5000):
        recent.note(file(number))

    assert recent.get(file(0).location) is None
    assert recent.get(file(4999).location) == file(4999)
    assert sum(recent.get(file(n).location) is not None for n in range(5000)) <= 1024


def test_nothing_is_remembered_unless_asked_for():
    recent = Recent()
    recent.note(file(1))

    assert recent.get(file(1).location) is None
