"""
What one release of Appwrite does differently from another, and nothing else.

Every difference is one line of one table, so that no other module compares version numbers.
The development head reports itself as 1.9.6, as Appwrite's own development builds do.
"""

from __future__ import annotations

import re
from typing import TypeVar

from attrs import frozen

HEAD = "HEAD"
DEFAULT = "1.9.6"
OLDEST = (1, 5, 0)

_Version = tuple[int, int, int]
_Value = TypeVar("_Value")


@frozen
class Rules:
    """
    The facts of one release, named by what a client sees.

    Sizes are in bytes.
    """

    reports: str
    lists_take_total: bool
    tokens: bool
    bucket_transformations: bool
    bucket_total_size: bool
    file_encoding_fields: bool
    file_size_actual: bool
    folders: bool
    chunk_index_from_start: bool
    late_chunk_answers_the_old_file: bool
    resent_chunk_is_kept: bool
    resent_chunk_counts_twice: bool
    view_open_range: int
    download_open_range: int
    long_ranges_are_cut: bool
    cached_by_expires: bool
    compresses_textual_answers: bool
    unknown_route_is_html: bool
    unknown_key_is_refused: bool
    key_without_project: str
    plural_scopes: bool
    says_which_permission: bool
    zero_id_means_the_list: bool
    values_per_query: int
    rename_limit: int


def rules_for(name: str) -> Rules:
    """
    Return the facts of the release `name`, such as ``"1.8.1"`` or ``"HEAD"``.

    Raises ValueError for what is no release number, or one older than 1.5.0: before that,
    queries had another syntax, which is not emulated.
    """
    version = _parse(name)
    if version < OLDEST:
        raise ValueError(f"Appwrite {name} is older than 1.5.0, the first release emulated")

    def since(*first: int) -> bool:
        return version >= first

    def latest(*changes: tuple[_Version, _Value]) -> _Value:
        return [value for first, value in changes if version >= first][-1]

    return Rules(
        reports=DEFAULT if name == HEAD else name,
        lists_take_total=since(1, 8, 1),
        tokens=since(1, 7, 0),
        bucket_transformations=since(1, 8, 1),
        bucket_total_size=since(1, 9, 0),
        file_encoding_fields=since(1, 9, 0),
        file_size_actual=since(1, 9, 5),
        folders=name == HEAD,
        chunk_index_from_start=since(1, 9, 5),
        late_chunk_answers_the_old_file=since(1, 9, 5),
        resent_chunk_is_kept=since(1, 9, 5),
        resent_chunk_counts_twice=not since(1, 6, 0),
        view_open_range=latest((OLDEST, 2_000_000), ((1, 8, 0), 20_000_000)),
        download_open_range=10_485_760,
        long_ranges_are_cut=since(1, 8, 0),
        cached_by_expires=not since(1, 6, 0),
        compresses_textual_answers=since(1, 6, 0),
        unknown_route_is_html=since(1, 7, 0),
        unknown_key_is_refused=since(1, 6, 0),
        key_without_project=latest(
            (OLDEST, "console guest"), ((1, 6, 0), "unauthorized"), ((1, 9, 0), "forbidden")
        ),
        plural_scopes=since(1, 8, 0),
        says_which_permission=since(1, 9, 0),
        zero_id_means_the_list=not since(1, 9, 0),
        values_per_query=latest((OLDEST, 100), ((1, 6, 0), 500)),
        rename_limit=latest((OLDEST, 255), ((1, 9, 0), 128)),
    )


def is_newer(one: str, other: str) -> bool:
    """Return whether release number `one` is newer than `other`; False for no numbers."""
    try:
        return _parse(one) > _parse(other)
    except ValueError:
        return False


def _parse(name: str) -> _Version:
    if name == HEAD:
        return (1, 9, 7)
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:-.*)?", name)
    if match is None:
        raise ValueError(f"{name!r} is no Appwrite release, which look like 1.9.6")
    major, minor, patch = (int(part) for part in match.groups())
    return (major, minor, patch)
