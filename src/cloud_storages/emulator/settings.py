"""What one emulated installation is set to; the keys never show in its text form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from cloud_storages.emulator.versions import DEFAULT, Rules, rules_for

ALL_SCOPES = frozenset(
    (
        "buckets.read",
        "buckets.write",
        "files.read",
        "files.write",
        "tokens.read",
        "tokens.write",
        "health.read",
    )
)
READ_SCOPES = frozenset(("buckets.read", "files.read", "health.read"))
GUEST_SCOPES = frozenset(("files.read", "files.write"))
#: What every key may do, whatever it was made for.
_EVERY_KEY = frozenset(("health.read",))
SERVICE_USER = "app.djangostorage@service.localhost"


def _positive(_instance: object, _attribute: object, value: int) -> None:
    if value < 1:
        raise ValueError("the storage limit must be at least one byte")


def _given(_instance: object, attribute: object, value: str) -> None:
    if not value:
        raise ValueError(f"the {getattr(attribute, 'name', 'value')} must not be empty")


def _known_scopes(
    _instance: object, _attribute: object, value: Mapping[str, frozenset[str]]
) -> None:
    unknown = sorted(set().union(*value.values()) - ALL_SCOPES)
    if unknown:
        raise ValueError(f"there is no scope {', '.join(unknown)}")
    if "" in value:
        raise ValueError("a key must not be empty")


def _scopes_by_key(given: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    return {key: frozenset(scopes) for key, scopes in given.items()}


@frozen
class Settings:
    """
    One installation.

    `key` may do everything, `read_key` may read, each of `keys` what its scopes say, and an
    `expired_key` nothing any more.
    `storage_limit` is in bytes. `service_user` is who a key acts as in the text of scope errors;
    Appwrite puts project and host into it, the default is that of the installation the recorded
    exchanges come from. `purge_later` leaves the files of a deleted bucket to an explicit purge.
    Raises ValueError for empty names and for limits below one byte.
    """

    project: str = field(validator=_given)
    key: str = field(validator=_given, repr=False)
    read_key: str | None = field(default=None, repr=False)
    keys: Mapping[str, frozenset[str]] = field(
        factory=dict, repr=False, converter=_scopes_by_key, validator=_known_scopes
    )
    expired_key: str | None = field(default=None, repr=False)
    storage_limit: int = field(default=30_000_000, validator=_positive)
    server_version: str = DEFAULT
    s3_signatures: bool = False
    case_sensitive_lookup: bool = False
    antivirus: bool = False
    purge_later: bool = False
    service_user: str = SERVICE_USER
    rules: Rules = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.key == self.read_key:
            raise ValueError("the key and the read key must differ")
        if {self.key, self.read_key, self.expired_key} & set(self.keys):
            raise ValueError("each key must be given once")

    @rules.default
    def _default_rules(self) -> Rules:
        return rules_for(self.server_version)

    def known_keys(self) -> tuple[str, ...]:
        """Return every key of this project, the expired one included."""
        named = (self.key, self.read_key, self.expired_key)
        return (*(key for key in named if key), *self.keys)

    def scopes_of(self, key: str) -> frozenset[str] | None:
        """Return what the key `key` may do, or None if it is no key of this project."""
        if key == self.key:
            return ALL_SCOPES
        if self.read_key and key == self.read_key:
            return READ_SCOPES
        if key in self.keys:
            return self.keys[key] | _EVERY_KEY
        return None
