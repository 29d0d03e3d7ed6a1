"""What a promise is: a test with a name and a source, and a reason if a storage cannot keep it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol
from unittest import SkipTest

import attrs

from cloud_storages.testing.djangostorage.seeing import in_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from cloud_storages.testing.djangostorage.trial import Trial

__all__ = ["Promise", "Tested", "promise", "promises_of"]

_PREFIX = "test_"

_SOURCE = {"documented": "Source", "customary": "See"}
_NOTE = {
    "documented": (),
    "customary": ("Customary: not documented, but FileSystemStorage does so.",),
}


@attrs.frozen
class Promise:
    """
    One promise of Django's contract of storages.

    Attributes:
        name: what it is called in ``cannot``: that of its test, without ``test_``.
        says: one sentence.
        sources: URLs of Django's documentation: where it says so, or, of what is customary, where
            it tells of what that is about.
        kind: ``"documented"``, or ``"customary"``: the documentation leaves it open, but
            ``FileSystemStorage`` does so, and applications rely on it.

    """

    name: str
    says: str
    sources: tuple[str, ...]
    kind: Literal["documented", "customary"] = "documented"


class Tested(Protocol):
    """What a test of a promise asks of the class it is in."""

    def trial(self) -> AbstractContextManager[Trial]:
        """Return a block that has a storage, and takes out what was put into it."""

    def excused(self, storage: Any) -> Mapping[str, str]:
        """Return the promises that a storage cannot keep, with reasons."""


def promise(
    *sources: str, kind: Literal["documented", "customary"] = "documented"
) -> Callable[[Callable[[Any, Trial], None]], Callable[[Any], None]]:
    """
    Make a test of a method that is given a trial.

    The test skips what the class says the storage cannot do, and what the storage leaves
    unimplemented, which Django's documentation allows; it fails where the storage can after all.

    Args:
        *sources: where Django's documentation says so, or tells of what it is about.
        kind: whether it says so, or all rely on it.

    """

    def decorate(check: Callable[[Any, Trial], None]) -> Callable[[Any], None]:
        name = check.__name__.removeprefix(_PREFIX)
        says = inspect.cleandoc(check.__doc__ or "")

        @functools.wraps(check, assigned=("__module__", "__name__", "__qualname__"))
        def test(self: Tested) -> None:
            __tracebackhide__ = True
            with self.trial() as tried:
                _judge(name, functools.partial(check, self, tried), self.excused(tried.storage))

        # A runner that looked at the check itself would take its argument for a fixture.
        del test.__wrapped__
        told = [f"{_SOURCE[kind]}: {source}" for source in sources]
        test.__doc__ = "\n".join([says, "", *_NOTE[kind], *told])
        first = says.partition("\n\n")[0].replace("\n", " ")
        test.promise = Promise(name, first, sources, kind)  # type: ignore[attr-defined]
        return test

    return decorate


def _judge(name: str, check: Callable[[], None], excused: Mapping[str, str]) -> None:
    __tracebackhide__ = True
    reason = excused.get(name)
    try:
        check()
    except SkipTest:
        if reason is None:
            raise
        raise SkipTest(reason) from None
    except NotImplementedError as error:
        told = reason or f"not implemented, which Django allows: {error}"
        raise SkipTest(told) from error
    except Exception as error:
        if reason is None:
            raise
        raise SkipTest(f"{reason} (seen: {in_one_line(error)})") from error
    if reason is not None:
        raise AssertionError(f"it can after all: take {name!r} out of what it cannot do")


def promises_of(tests: type) -> dict[str, Promise]:
    """Return the promises that a class tests, by the names of the tests, as they were written."""
    found: dict[str, Promise | None] = {}
    for cls in tests.__mro__:
        for test, value in vars(cls).items():
            found.setdefault(test, getattr(value, "promise", None))
    return {test: told for test, told in found.items() if isinstance(told, Promise)}
