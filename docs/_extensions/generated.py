"""
What the documentation takes from the code: settings, commands, modules, as Markdown.

A page says where, with a comment on a line of its own such as ``<!-- generated: settings -->``. An
entry of the navigation that ends in a question mark is left out while there is no such page.
"""

from __future__ import annotations

import argparse
import enum
import io
import re
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from cloud_storages.backends.options import OPTIONS, Option
from cloud_storages.emulator import __main__ as emulator
from cloud_storages.emulator.proxy import __main__ as proxy
from cloud_storages.testing import StorageConformance
from cloud_storages.testing.djangostorage import promises_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_MARK = re.compile(r"^<!-- generated: ([a-z-]+) -->$", re.MULTILINE)
_WIDTH = 96
_DAY = 86_400.0
_REQUIRED = "required"
#: Written by ``make bench``.
_TABLES = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "table.md"
_AWAY = ", 20 ms away"
#: MiB; less is the interpreter's own noise.
_WORTH_TELLING = 5.0
#: What code may call, in the order in which a site needs it; the rest is how that is done.
_MAINTENANCE = (
    *("checking", "migration", "verifying", "collecting", "buckets", "adopting"),
    *("aliases", "anystorage", "references", "errors"),
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx put in what is generated, before a page is read."""
    app.connect("source-read", _put_in)
    # Before napoleon has its turn.
    app.connect("autodoc-process-docstring", _keep_sentences, priority=400)
    app.connect("autodoc-skip-member", _keep_members)
    app.connect("autodoc-process-signature", _name_functions)
    # Always read anew: what they say may have changed in the code.
    app.connect("env-get-outdated", lambda *_: sorted(app.env.found_docs))
    return {"parallel_read_safe": True}


def _put_in(_app: Sphinx, _name: str, source: list[str]) -> None:
    source[0] = _MARK.sub(lambda found: GENERATED[found[1]](), source[0])


def _keep_sentences(
    _app: Sphinx, what: str, _name: str, _found: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking what an attribute's sentence has before a colon for a type."""
    if what in {"attribute", "data", "property"}:
        lines[:0] = ["..", ""]  # a comment without a text


def _keep_members(
    _app: Sphinx, what: str, _name: str, found: object, _skip: object, _options: object
) -> bool | None:
    """Show the members of enumerations, which have no docstrings of their own."""
    return False if what == "class" and isinstance(found, enum.Enum) else None


def _name_functions(
    _app: Sphinx, _what: str, _name: str, _found: object, _options: object, told: Any, returns: Any
) -> tuple[Any, Any]:
    """Show functions that are defaults as one would write them."""
    if told:
        told = told.replace("<function <lambda>>", "lambda _: ...")
        told = re.sub(r"<function ([\w.]+)(?: at 0x\w+)?>", r"\1", told)
    return told, returns


# Settings


def settings() -> str:
    """Return a section for each setting, so that each has an address."""
    return "\n\n".join(map(_section, OPTIONS))


def _section(option: Option) -> str:
    default = _default(option)
    holds = default if default == _REQUIRED else f"default {default}"
    meaning = f"{option.meaning[0].upper()}{option.meaning[1:]}."
    return f"## {option.setting}\n\nOption `{option.name}`, {holds}.\n\n{meaning}"


def settings_table() -> str:
    """Return the table of all settings, as the README has it."""
    rows = (
        f"| `{each.setting}` | `{each.name}` | {_default(each)} | {each.meaning} |"
        for each in OPTIONS
    )
    return "\n".join(("| setting | option | default | meaning |", "|---|---|---|---|", *rows))


def _default(option: Option) -> str:
    if option.default is None:
        try:
            option.checked(None)
        except ValueError:
            return _REQUIRED
    if option.name == "url_lifetime" and option.default == _DAY:
        return "one day"
    is_whole = isinstance(option.default, float) and option.default.is_integer()
    return f"`{int(option.default) if is_whole else option.default!r}`"


# Commands


def commands() -> str:
    """Return what each management command of this package says of itself."""
    names = sorted(name for name, app in get_commands().items() if app == "cloud_storages")
    return "\n\n".join(map(_command, names))


def _command(name: str) -> str:
    parser = load_command_class("cloud_storages", name).create_parser("manage.py", name)
    _hide(parser, _common())
    return f"## {name}\n\n{_help(parser)}"


def _common() -> set[str]:
    """Return the options that every command of Django has."""
    parser = BaseCommand().create_parser("manage.py", "any")
    return {text for action in parser._actions for text in action.option_strings}  # noqa: SLF001 - argparse tells them nowhere else


def _hide(parser: argparse.ArgumentParser, options: Iterable[str]) -> None:
    for action in parser._actions:  # noqa: SLF001 - as above
        if set(action.option_strings) & set(options):
            action.help = argparse.SUPPRESS


def emulators() -> str:
    """Return what the emulator's two commands say of themselves."""
    return "\n\n".join(
        f"## {module.__name__.removesuffix('.__main__')}\n\n{_help(module._parser())}"  # noqa: SLF001 - its own documentation
        for module in (emulator, proxy)
    )


def _help(parser: argparse.ArgumentParser) -> str:
    base: Any = parser.formatter_class
    # As wide on every terminal, and without colour.
    parser.formatter_class = lambda prog: base(prog, width=_WIDTH)
    if hasattr(parser, "color"):
        parser.color = False
    text = io.StringIO()
    parser.print_help(text)
    return f"```text\n{text.getvalue().rstrip()}\n```"


# Modules


def maintenance_api() -> str:
    """Return a section for each public module of ``cloud_storages.maintenance``."""
    names = (f"cloud_storages.maintenance.{name}" for name in _MAINTENANCE)
    return "\n\n".join(map(_module, filter(find_spec, names)))


def _module(name: str) -> str:
    return f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```"


# Promises


def promises() -> str:
    """Return the table of what a storage is held to."""
    rows = (
        f"| `{each.name}` | [{each.kind}]({each.sources[0]}) | {_cell(each.says)} |"
        for each in promises_of(StorageConformance).values()
    )
    return "\n".join(("| name | | says |", "|---|---|---|", *rows))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`")


# Measurements


def measured() -> str:
    """Return what ``make bench`` found at 20 ms, in short, and on what."""
    text = _TABLES.read_text("utf-8")
    rows = [
        f"| {title.removesuffix(_AWAY)} | {' | '.join(_cells(table))} |"
        for title, table in re.findall(
            r"^\*\*(.+?)\*\*\n\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL
        )
        if _AWAY in title or "away" not in title
    ]
    head = ("| | this package | 1.2.5 | S3Storage on moto | floor |", "|---|---|---|---|---|")
    machine = re.findall(
        r"^(?:machine|Python|everywhere|1\.2\.5|S3Storage): .+$", text, re.MULTILINE
    )
    return "\n".join((*head, *rows, "", *(f"- {line}" for line in machine)))


def _cells(table: str) -> list[str]:
    """Return time, requests and memory of every contender, ours first, from a table of one work."""
    found = {}
    for line in table.splitlines()[2:]:
        title, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        requests, time, memory = cells[0], cells[4], cells[6]
        told = [time]
        if requests != "0":
            told.append(f"{requests} request{'' if requests == '1' else 's'}")
        if float(memory.removesuffix(" MiB") or 0) >= _WORTH_TELLING:
            told.append(memory)
        found[title.partition(" (")[0]] = "fails" if "fails" in requests else ", ".join(told)
    return [found.get(name, "") for name in ("this package", "1.2.5", "S3Storage", "floor")]


GENERATED: dict[str, Callable[[], str]] = {
    "settings": settings,
    "commands": commands,
    "emulators": emulators,
    "maintenance-api": maintenance_api,
    "promises": promises,
    "measured": measured,
}
