"""Checks that say in one line what was seen, whoever runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["in_one_line", "raises", "same", "shown"]

_SHOWN = 60
_LINE = 300


def shown(value: object) -> str:
    """Return a value as a message shows it: bytes that are many are counted."""
    if isinstance(value, bytes) and len(value) > _SHOWN:
        return f"{len(value)} bytes beginning {value[:12]!r}"
    return repr(value)


def same(seen: object, expected: object, what: str) -> None:
    """
    Make sure that two values are equal.

    Args:
        seen: what the storage gave.
        expected: what it promises.
        what: what the value is, as the subject of a sentence.

    Raises:
        AssertionError: they differ; the message tells both.

    """
    __tracebackhide__ = True
    if type(seen) is not type(expected) or seen != expected:
        raise AssertionError(f"{what} was {shown(seen)}, not {shown(expected)}")


def raises(
    expected: type[Exception] | tuple[type[Exception], ...], call: Callable[[], object], what: str
) -> None:
    """
    Make sure that a call raises.

    Args:
        expected: what it may raise.
        call: what is called.
        what: what is done, as the subject of a sentence.

    Raises:
        AssertionError: nothing was raised, or something else; the message tells.

    """
    __tracebackhide__ = True
    kinds = expected if isinstance(expected, tuple) else (expected,)
    wanted = " or ".join(kind.__name__ for kind in kinds)
    try:
        returned = call()
    except kinds:
        return
    except NotImplementedError:
        raise
    except Exception as error:
        raise AssertionError(f"{what} raised {in_one_line(error)}, not {wanted}") from error
    raise AssertionError(f"{what} returned {shown(returned)} instead of raising {wanted}")


def in_one_line(error: BaseException) -> str:
    """Return what an error says, on one line; of a failed check, its sentence only."""
    lines = str(error).strip().splitlines() or [""]
    text = " ".join(lines) if not isinstance(error, AssertionError) else lines[0]
    if not isinstance(error, AssertionError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return text if len(text) <= _LINE else f"{text[: _LINE - 1]}…"
