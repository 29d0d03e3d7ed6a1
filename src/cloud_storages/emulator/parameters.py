"""
The parameters of each operation: checked in their declared order, the first complaint wins.

What is not declared is ignored. An explicit null skips the check of an optional parameter; where
null means nothing to the operation, that ends as a server error, as in Appwrite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from cloud_storages.emulator import php
from cloud_storages.emulator.errors import invalid, missing, refuse
from cloud_storages.emulator.rules import checks, permissions
from cloud_storages.emulator.rules.identifiers import identifier_problem, new_identifier_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloud_storages.emulator.rules.checks import Check
    from cloud_storages.emulator.versions import Rules

GRAVITIES = (
    "center",
    "top-left",
    "top",
    "top-right",
    "left",
    "right",
    "bottom-left",
    "bottom",
    "bottom-right",
)
OUTPUTS = ("jpg", "jpeg", "png", "webp", "heic", "avif", "gif")
COMPRESSIONS = ("none", "gzip", "zstd")


@frozen
class Parameter:
    """One parameter; without `is_required` it may be absent and is then `default`."""

    name: str
    check: Check
    is_required: bool = False
    default: Any = None
    takes_null: bool = False


def read(declared: Sequence[Parameter], given: dict[str, Any]) -> dict[str, Any]:
    """Return the value of every declared parameter; raises Refusal for the first bad one."""
    found = {parameter.name: _one(parameter, given) for parameter in declared}
    for parameter in declared:
        absent = parameter.name not in given
        if found[parameter.name] is None and not absent and not parameter.takes_null:
            raise refuse("general_unknown")
    return found


def _one(parameter: Parameter, given: dict[str, Any]) -> Any:
    if parameter.name not in given:
        if parameter.is_required:
            raise missing(parameter.name)
        return parameter.default
    value = given[parameter.name]
    if value is None and not parameter.is_required:
        return None
    complaint = parameter.check(value)
    if complaint is not None:
        raise invalid(parameter.name, complaint)
    return value


def path(name: str) -> Parameter:
    """Return the declaration of an identifier in the path."""
    return Parameter(name, identifier_problem, is_required=True)


def _permissions(allowed: Sequence[str]) -> Parameter:
    check = checks.or_null(permissions.permissions(allowed))
    return Parameter("permissions", check, takes_null=True)


def bucket_settings(ceiling: int, rules: Rules) -> list[Parameter]:
    """Return the parameters that creating and updating a bucket share, after its identifier."""
    declared = [
        Parameter("name", checks.text(128), is_required=True),
        _permissions(permissions.ON_BUCKETS),
        Parameter("fileSecurity", checks.boolean, default=False),
        Parameter("enabled", checks.boolean, default=True),
        Parameter("maximumFileSize", checks.between(1, ceiling), default=ceiling),
        Parameter("allowedFileExtensions", checks.texts(100, 64), default=[]),
        Parameter(
            "compression",
            checks.one_of(COMPRESSIONS, exactly=True),
            default="none",
            takes_null=True,
        ),
        Parameter("encryption", checks.boolean, default=True, takes_null=True),
        Parameter("antivirus", checks.boolean, default=True),
    ]
    if rules.bucket_transformations:
        declared.append(Parameter("transformations", checks.boolean, default=True))
    return declared


def new_identifier(name: str) -> Parameter:
    """Return the declaration of the identifier of something to be created."""
    return Parameter(name, new_identifier_problem, is_required=True)


def new_file(rules: Rules, folder_problem: Check) -> list[Parameter]:
    """Return the parameters of creating a file, but for the file itself."""
    declared = [path("bucketId"), new_identifier("fileId"), _permissions(permissions.ON_NEW_FILES)]
    if rules.folders:
        declared.append(Parameter("folder", folder_problem, default="", takes_null=True))
    return declared


def changed_file(rules: Rules) -> list[Parameter]:
    """Return the parameters of updating a file."""
    return [
        path("bucketId"),
        path("fileId"),
        Parameter("name", checks.text(rules.rename_limit), takes_null=True),
        _permissions(permissions.ON_BUCKETS),
    ]


def listing(queries: Check, rules: Rules, *, searchable: bool) -> list[Parameter]:
    """Return the parameters that lists share."""
    declared = [Parameter("queries", queries, default=[])]
    if searchable:
        declared.append(Parameter("search", checks.text(256), default=""))
    if rules.lists_take_total:
        declared.append(Parameter("total", checks.boolean, default=True))
    return declared


def token() -> Parameter:
    """Return the declaration of the token that opens a file."""
    return Parameter("token", checks.text(512), default="", takes_null=True)


def preview() -> list[Parameter]:
    """Return the parameters of a preview, in the order Appwrite checks them."""
    return [
        path("bucketId"),
        path("fileId"),
        Parameter("width", checks.between(0, 4000), default=0),
        Parameter("height", checks.between(0, 4000), default=0),
        Parameter("gravity", checks.one_of(GRAVITIES, exactly=False), default="center"),
        Parameter("quality", checks.between(-1, 100), default=-1),
        Parameter("borderWidth", checks.between(0, 100), default=0),
        Parameter("borderColor", checks.hex_color, default=""),
        Parameter("borderRadius", checks.between(0, 4000), default=0),
        Parameter("opacity", checks.between(0, 1, fractions=True), default=1),
        Parameter("rotation", checks.between(-360, 360), default=0),
        Parameter("background", checks.hex_color, default=""),
        Parameter("output", checks.one_of(OUTPUTS, exactly=True), default=""),
        token(),
    ]


def folder_problem(value: object) -> str | None:
    """Return what is wrong with a virtual folder (development head only), or None."""
    if not isinstance(value, str):
        return FOLDER
    if value == "":
        return None
    stored = value if value.endswith("/") else f"{value}/"
    segments = stored.split("/")[:-1]
    good = (
        len(stored.encode()) <= LONGEST_FOLDER
        and all(segment not in ("", ".", "..") for segment in segments)
        and not any(ord(character) < ord(" ") or character == "\x7f" for character in stored)
    )
    return None if good else FOLDER


LONGEST_FOLDER = 2048
FOLDER = (
    "Value must be a valid folder path of at most 2048 bytes, without a leading slash, empty, dot"
    " or control character segments"
)


def truth(values: dict[str, Any], name: str) -> bool:
    """Return a boolean parameter as PHP casts it: the text "false" is true."""
    return php.truth(values[name])


def whole(values: dict[str, Any], name: str) -> int:
    """Return a number parameter as a whole number."""
    return int(php.number(values[name]) or 0)
