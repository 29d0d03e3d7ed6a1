"""
What is done to a storage, and what may then be true.

A state is a dict from filenames to contents. What the operations do to it is written from the
documentation: it knows nothing of IDs, chunks or staged copies.
"""

from __future__ import annotations

import random
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from django.core.files.base import ContentFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "LARGE_REPLACEMENT",
    "OPERATIONS",
    "Asks",
    "Operation",
    "Saves",
    "State",
    "is_formed_from",
]

State = dict[str, bytes]

_MIB = 1024 * 1024
OLD, NEW = b"old content " * 40, b"new and longer content " * 50
_SOME = random.Random(7).randbytes(16 * _MIB)
#: Two, three and four chunks.
TWO, THREE, FOUR = _SOME[: 6 * _MIB], _SOME[-11 * _MIB :], _SOME

KEEP_BOTH: Mapping[str, Any] = MappingProxyType({})
REUSE = MappingProxyType({"create_new_if_same_content": False})
OVERWRITE = MappingProxyType({"overwrite": True})

#: What a call told by raising the builtin that says it.
MISSING, TAKEN = "missing", "taken"


class Model:
    """What a call may answer, and what is there afterwards."""

    def after(self, state: State, answer: Any) -> State | None:
        """Return what is there after a call that answered so; None if the answer is a lie."""
        raise NotImplementedError

    def may_be_left(self, state: State, seen: State) -> bool:
        """Whether a call that raised may have left this."""
        raise NotImplementedError


@frozen
class Asks(Model):
    """Changes nothing and tells the truth."""

    truth: Callable[[State], Any]

    def after(self, state: State, answer: Any) -> State | None:
        return state if answer == self.truth(state) else None

    def may_be_left(self, state: State, seen: State) -> bool:
        return seen == state


@frozen
class Changes(Model):
    """Has one outcome: all of it or nothing."""

    change: Callable[[State], State]
    truth: Callable[[State], Any] = lambda _: None

    def after(self, state: State, answer: Any) -> State | None:
        return self.change(state) if answer == self.truth(state) else None

    def may_be_left(self, state: State, seen: State) -> bool:
        return seen in (state, self.change(state))


@frozen
class Saves(Model):
    """
    Stores a content under a name, or one formed from it if that is taken.

    With ``reuse`` a file of the same content is as good.
    """

    name: str
    content: bytes
    reuse: bool = False

    def after(self, state: State, answer: Any) -> State | None:
        if answer != self._expected(state) and not self._is_beside(state, answer):
            return None
        if answer in state and not (self.reuse and state[answer] == self.content):
            return None
        return {**state, answer: self.content}

    def may_be_left(self, state: State, seen: State) -> bool:
        more = {name: seen[name] for name in seen.keys() - state.keys()}
        return (
            {name: seen.get(name) for name in state} == state
            and len(more) <= 1
            and all(
                content == self.content and (name == self.name or self._is_formed(name))
                for name, content in more.items()
            )
        )

    def _expected(self, state: State) -> str | None:
        """Return the name it must have, if there is only one."""
        if self.name not in state or (self.reuse and state[self.name] == self.content):
            return self.name
        return None

    def _is_beside(self, state: State, answer: Any) -> bool:
        return self._expected(state) is None and self._is_formed(answer)

    def _is_formed(self, answer: Any) -> bool:
        return is_formed_from(self.name, answer)


def is_formed_from(wanted: str, name: str) -> bool:
    """Whether a name is one that is taken instead of the one wanted."""
    root, _, extension = wanted.rpartition(".")
    return bool(re.fullmatch(rf"{root}_[a-z0-9]{{7,26}}\.{extension}", name))


@frozen
class Operation:
    """
    One call, or the few that make one thing.

    Attributes:
        title: what it is.
        act: does it, given a storage and a directory, and returns what it was told.
        model: what may then be true.
        requests: what it asks the server, in order, when all goes well.
        before: the files there before.
        options: of the storage.
        interrupted: whether the file ``a.bin`` is in the middle of being replaced.
        known: whether the storage has used the directory before.
        is_hasty: whether it asks nothing twice, whatever the answer.

    """

    title: str
    act: Callable[[Any, str], Any] = field(repr=False)
    model: Model = field(repr=False)
    requests: tuple[str, ...]
    before: Mapping[str, bytes] = field(factory=dict, repr=False)
    options: Mapping[str, Any] = KEEP_BOTH
    interrupted: bool = False
    known: bool = True
    is_hasty: bool = False

    @property
    def is_large(self) -> bool:
        """Whether contents of more than one chunk are moved."""
        return "chunks" in self.title or self.before == _LARGE

    def __str__(self) -> str:
        return self.title


def _saves(content: bytes) -> Callable[[Any, str], Any]:
    def act(storage: Any, directory: str) -> str:
        name = storage.save(f"{directory}/a.bin", ContentFile(content))
        return str(name.removeprefix(f"{directory}/"))

    return act


def _asks(act: Callable[[Any, str], Any], name: str = "a.bin") -> Callable[[Any, str], Any]:
    """Call with a storage and a full name; a builtin that says what is there is an answer."""

    def ask(storage: Any, directory: str) -> Any:
        try:
            return act(storage, f"{directory}/{name}")
        except FileNotFoundError:
            return MISSING
        except FileExistsError:
            return TAKEN

    return ask


def _read(storage: Any, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


def _read_in_pieces(storage: Any, name: str) -> bytes:
    with storage.open(name) as file:
        return b"".join(file.chunks(700_000))


def _read_here_and_there(storage: Any, name: str) -> list[bytes]:
    pieces = []
    with storage.open(name) as file:
        for place, size in _PLACES:
            file.seek(place)
            pieces.append(file.read(size))
    return pieces


#: In an order that no read-ahead foresees; the last is the end of the file.
_PLACES = ((0, 10), (9 * _MIB, 5000), (3 * _MIB, 100), (11 * _MIB - 1, 50))


def _read_as_text(storage: Any, name: str) -> str:
    with storage.open(name, "r") as file:
        return file.read()


def _writes(mode: str) -> Callable[[Any, str], Any]:
    def act(storage: Any, name: str) -> None:
        with storage.open(name, mode) as file:
            if mode == "r+b":
                file.seek(4)
            file.write(NEW)

    return _asks(act)


def _deletes(storage: Any, directory: str) -> None:
    storage.delete(f"{directory}/a.bin")


def _lists(storage: Any, directory: str) -> Any:
    return _asks(lambda storage, path: storage.listdir(path.rstrip("/")), "")(storage, directory)


def _asks_for_a_url(storage: Any, directory: str) -> bool:
    url = storage.url(f"{directory}/a.bin")
    return f"/storage/buckets/{directory}/files/a.bin/view" in url


def _with(content: bytes) -> Callable[[State], State]:
    return lambda state: {**state, "a.bin": content}


def _without(state: State) -> State:
    return {name: content for name, content in state.items() if name != "a.bin"}


def _content_or_missing(state: State) -> Any:
    return state.get("a.bin", MISSING)


_FIND, _GET, _POST = "GET files", "GET file", "POST files"
_VIEW, _DELETE = "GET view", "DELETE file"
_REPLACE = (_FIND, _POST, _DELETE, _POST, _DELETE)
_THERE = MappingProxyType({"a.bin": OLD})
_LARGE = MappingProxyType({"a.bin": THREE})
_MANY = MappingProxyType({f"f{number}.bin": OLD for number in range(4)})

LARGE_REPLACEMENT = Operation(
    "overwrite with four chunks side by side",
    _saves(FOUR),
    Changes(_with(FOUR), lambda _: "a.bin"),
    (_FIND, *[_POST] * 4, _DELETE, *[_POST] * 4, _DELETE),
    _THERE,
    {**OVERWRITE, "workers": 4},
)
OPERATIONS = (
    LARGE_REPLACEMENT,
    Operation("save new", _saves(NEW), Saves("a.bin", NEW), (_POST,)),
    Operation(
        "save the first of all",
        _saves(NEW),
        Saves("a.bin", NEW),
        (_POST, "GET buckets", "POST buckets", _POST),
        known=False,
    ),
    Operation("save a taken name", _saves(NEW), Saves("a.bin", NEW), (_POST, _POST), _THERE),
    Operation(
        "save three chunks",
        _saves(THREE),
        Saves("a.bin", THREE),
        (_FIND, *[_POST] * 3),
        options={"workers": 1},
    ),
    Operation(
        "save four chunks side by side",
        _saves(FOUR),
        Saves("a.bin", FOUR),
        (_FIND, *[_POST] * 4),
        options={"workers": 4},
    ),
    Operation(
        "save two chunks to a taken name",
        _saves(TWO),
        Saves("a.bin", TWO),
        (_FIND, _POST, _POST),
        _THERE,
    ),
    Operation(
        "reuse a twin",
        _saves(OLD),
        Saves("a.bin", OLD, reuse=True),
        (_FIND,),
        _THERE,
        REUSE,
    ),
    Operation(
        "reuse finds other content",
        _saves(NEW),
        Saves("a.bin", NEW, reuse=True),
        (_FIND, _POST),
        _THERE,
        REUSE,
    ),
    Operation(
        "overwrite",
        _saves(NEW),
        Changes(_with(NEW), lambda _: "a.bin"),
        _REPLACE,
        _THERE,
        OVERWRITE,
    ),
    Operation(
        "overwrite with two chunks",
        _saves(TWO),
        Changes(_with(TWO), lambda _: "a.bin"),
        (_FIND, _POST, _POST, _DELETE, _POST, _POST, _DELETE),
        _THERE,
        OVERWRITE,
    ),
    Operation("read", _asks(_read), Asks(_content_or_missing), (_VIEW,), _THERE),
    Operation("read what is missing", _asks(_read), Asks(_content_or_missing), (_VIEW, _FIND)),
    Operation(
        "read three chunks",
        _asks(_read),
        Asks(_content_or_missing),
        (_VIEW, _VIEW, _GET, _VIEW, _VIEW),
        _LARGE,
    ),
    Operation(
        "read three chunks in pieces",
        _asks(_read_in_pieces),
        Asks(_content_or_missing),
        (_VIEW, _VIEW, _GET, _VIEW, _VIEW, _VIEW),
        _LARGE,
    ),
    Operation(
        "read here and there",
        _asks(_read_here_and_there),
        Asks(lambda state: [state["a.bin"][place : place + size] for place, size in _PLACES]),
        (_VIEW, _GET, _VIEW, _VIEW, _GET, _VIEW, _GET, _VIEW, _GET),
        _LARGE,
    ),
    Operation(
        "read text",
        _asks(_read_as_text),
        Asks(lambda state: state["a.bin"].decode()),
        (_VIEW,),
        _THERE,
    ),
    Operation(
        "read in the middle of a replacement",
        _asks(_read),
        Asks(_content_or_missing),
        (_VIEW, _FIND, _VIEW, _POST, _DELETE, _VIEW),
        {"a.bin": NEW},
        OVERWRITE,
        interrupted=True,
    ),
    Operation(
        "exists",
        lambda storage, directory: storage.exists(f"{directory}/a.bin"),
        Asks(lambda state: "a.bin" in state),
        (_FIND,),
        _THERE,
    ),
    Operation(
        "exists not",
        lambda storage, directory: storage.exists(f"{directory}/a.bin"),
        Asks(lambda state: "a.bin" in state),
        (_FIND,),
    ),
    Operation(
        "exists in the middle of a replacement",
        lambda storage, directory: storage.exists(f"{directory}/a.bin"),
        Asks(lambda state: "a.bin" in state),
        (_FIND, _VIEW, _POST, _DELETE),
        {"a.bin": NEW},
        interrupted=True,
    ),
    Operation(
        "size",
        _asks(lambda storage, name: storage.size(name)),
        Asks(lambda state: len(state["a.bin"])),
        (_FIND,),
        _THERE,
    ),
    Operation(
        "time",
        _asks(lambda storage, name: storage.get_modified_time(name).year >= 2026),
        Asks(lambda _: True),
        (_FIND,),
        _THERE,
    ),
    Operation("delete", _deletes, Changes(_without), (_DELETE,), _THERE),
    Operation("delete what is missing", _deletes, Changes(_without), (_DELETE, _FIND)),
    Operation(
        "delete under overwrite", _deletes, Changes(_without), (_FIND, _DELETE), _THERE, OVERWRITE
    ),
    Operation(
        "delete in the middle of a replacement",
        _deletes,
        Changes(_without),
        (_FIND, _DELETE, _DELETE),
        {"a.bin": NEW},
        OVERWRITE,
        interrupted=True,
    ),
    Operation(
        "delete in the middle of a replacement, keep both",
        _deletes,
        Changes(_without),
        (_DELETE, _FIND, _DELETE),
        {"a.bin": NEW},
        interrupted=True,
    ),
    Operation("list", _lists, Asks(lambda state: ([], sorted(state))), (_FIND,) * 3, _MANY),
    Operation(
        "list in the middle of a replacement",
        _lists,
        Asks(lambda state: ([], sorted(state))),
        (_FIND,),
        {"a.bin": NEW},
        interrupted=True,
    ),
    Operation("open wb", _writes("wb"), Changes(_with(NEW)), _REPLACE, _THERE),
    Operation("open wb of what is missing", _writes("wb"), Changes(_with(NEW)), (_FIND, _POST)),
    Operation(
        "open ab",
        _writes("ab"),
        Changes(lambda state: {**state, "a.bin": state["a.bin"] + NEW}),
        (_VIEW, *_REPLACE),
        _THERE,
    ),
    Operation(
        "open r+b",
        _writes("r+b"),
        Changes(lambda state: {**state, "a.bin": state["a.bin"][:4] + NEW}),
        (_VIEW, *_REPLACE),
        _THERE,
    ),
    Operation(
        "open xb",
        _writes("xb"),
        Changes(
            lambda state: {"a.bin": NEW, **state},
            lambda state: TAKEN if "a.bin" in state else None,
        ),
        (_FIND, _POST),
    ),
    Operation("open xb of what is there", _writes("xb"), Asks(lambda _: TAKEN), (_FIND,), _THERE),
    Operation(
        "url of an unknown directory",
        _asks_for_a_url,
        Asks(lambda _: True),
        (_FIND, "GET health"),
        _THERE,
        known=False,
        is_hasty=True,
    ),
)
