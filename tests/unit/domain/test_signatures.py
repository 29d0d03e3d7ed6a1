"""Size and MD5 identify a content, in the plain and in the composite form."""

import datetime as dt
import hashlib

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_storages.domain.signatures import CHUNK_SIZE, Digest, byte_of, fingerprint
from cloud_storages.domain.values import FileInfo, Location

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"


def stored(size, signature, *, complete=True):
    now = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    return FileInfo(Location("media", "a.txt"), "a.txt", size, signature, now, complete)


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_a_fingerprint_does_not_depend_on_how_the_bytes_arrive(pieces):
    whole = b"".join(pieces)

    assert fingerprint(pieces) == fingerprint([whole])
    assert fingerprint(pieces).size == len(whole)
    assert fingerprint(pieces).md5 == hashlib.md5(whole).hexdigest()


@pytest.mark.parametrize("size", [1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE])
def test_the_composite_form_signs_the_digests_of_the_chunks(size):
    data = b"ab" * (size // 2) + b"a" * (size % 2)
    chunks = [data[at : at + CHUNK_SIZE] for at in range(0, size, CHUNK_SIZE)]
    digests = b"".join(hashlib.md5(chunk).digest() for chunk in chunks)
    composite = f"{hashlib.md5(digests).hexdigest()}-{len(chunks)}"

    found = fingerprint([data[:7], data[7:]])

    assert composite in found.signatures
    assert found.chunks == len(chunks)


def test_a_stored_file_is_a_twin_by_either_form_of_its_signature():
    ours = fingerprint([b"x" * (CHUNK_SIZE + 1)])

    assert [ours.matches(stored(ours.size, signature)) for signature in ours.signatures] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    "change", [{"size": 3}, {"signature": EMPTY}, {"complete": False}, {"signature": ""}]
)
def test_a_stored_file_of_another_size_signature_or_state_is_no_twin(change):
    ours = fingerprint([b"ab"])
    twin = stored(2, ours.md5)

    assert ours.matches(twin)
    assert not ours.matches(attrs.evolve(twin, **change))


def test_an_empty_content_takes_one_chunk():
    assert fingerprint([]).md5 == EMPTY
    assert fingerprint([]).chunks == 1


def test_a_digest_can_be_asked_again_and_go_on():
    digest = Digest()
    digest.update(b"a")
    first = digest.fingerprint()
    digest.update(b"b")

    assert first == fingerprint([b"a"])
    assert digest.fingerprint() == fingerprint([b"ab"])


@given(st.integers(0, 255))
def test_every_single_byte_is_known_by_its_signature(number):
    byte = bytes([number])

    assert byte_of(hashlib.md5(byte).hexdigest()) == byte


def test_other_signatures_are_no_single_byte():
    assert byte_of(EMPTY) is None
