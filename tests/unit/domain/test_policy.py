"""The decision table, every cell."""

import datetime as dt

import pytest

from cloud_storages.domain.policy import Step, decide
from cloud_storages.domain.signatures import fingerprint
from cloud_storages.domain.values import FileInfo, Location, OnConflict

CONTENT = fingerprint([b"new"])


def _there(data, *, complete=True):
    there = fingerprint([data])
    created = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    signature = there.md5 if complete else ""
    return FileInfo(Location("media", "a"), "a", there.size, signature, created, complete)


EXISTING = {
    "nothing": None,
    "a twin": _there(b"new"),
    "other content": _there(b"old"),
    "a partial of the same size": _there(b"new", complete=False),
}
EXPECTED = {
    OnConflict.KEEP_BOTH: (Step.CREATE, Step.NEXT, Step.NEXT, Step.NEXT),
    OnConflict.REUSE_IDENTICAL: (Step.CREATE, Step.REUSE, Step.NEXT, Step.NEXT),
    OnConflict.OVERWRITE: (Step.CREATE, Step.REUSE, Step.REPLACE, Step.REPLACE),
}


@pytest.mark.parametrize("policy", OnConflict)
@pytest.mark.parametrize("number", range(4), ids=EXISTING)
def test_what_a_writer_does(policy, number):
    existing = list(EXISTING.values())[number]

    assert decide(policy, CONTENT, existing) is EXPECTED[policy][number]
