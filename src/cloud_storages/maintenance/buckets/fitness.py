"""Whether a bucket is there, fits what the site needs of it, and is as safe as it could be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloud_storages.domain.values import STRANGERS
from cloud_storages.maintenance.findings import error, fine, warning
from cloud_storages.maintenance.sizes import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cloud_storages.backends.options import Options
    from cloud_storages.domain.values import BucketSettings
    from cloud_storages.maintenance.buckets.needs import Need
    from cloud_storages.maintenance.findings import Finding
    from cloud_storages.maintenance.sites import Target

__all__ = ["STEP", "presence", "risks", "shortfalls"]

STEP = "bucket"
#: Bytes that a file must be allowed to have where nobody says how many: most photos have more.
_SMALLEST_LIMIT = 1_000_000
_ACCESS = "APPWRITE_ACCESS"
_BUCKETS = "APPWRITE_BUCKETS"


def presence(need: Need, target: Target) -> Finding:
    """Return whether a bucket of a storage is there or would be made, and what it is for."""
    bucket, told = need.there, target.storage.options
    if bucket is not None:
        return fine(STEP, f"Is there, for {need.users}: {_description(bucket)}.", need.bucket_id)
    if need.rivals:
        return _contended(need)
    if told.create_buckets:
        return fine(
            STEP,
            f"Is not there yet; the first file for {need.users} creates it, {told.access}.",
            need.bucket_id,
        )
    setting = "APPWRITE_BUCKET_ID" if not need.directory else _BUCKETS
    tell = error if need.is_certain else warning
    return tell(
        STEP,
        f"There is no such bucket for {need.users}, and APPWRITE_CREATE_BUCKETS is off.",
        setting,
        f"Run {target.command('create', need.directory or need.bucket_id)}, correct {setting}, or"
        " write APPWRITE_CREATE_BUCKETS = True.",
        need.bucket_id,
    )


def _contended(need: Need) -> Finding:
    rivals = _listed(need.rivals)
    if len(need.rivals) > 1:
        message = f"Buckets {rivals} are all named {need.directory!r}, so that none is meant."
    else:
        message = f"There is only {rivals}, an ID that differs in case: nothing can be saved."
    setting = "APPWRITE_BUCKET_ID" if not need.directory else _BUCKETS
    way_out = (
        f"Write {setting} = {min(need.rivals)!r}."
        if not need.directory
        else f"Write {setting} = {{{need.directory!r}: {min(need.rivals)!r}}}."
    )
    return error(STEP, message, setting, way_out, need.bucket_id)


def _description(bucket: BucketSettings) -> str:
    readers = "readable by anyone" if bucket.is_public else "closed to strangers"
    limit = bucket.maximum_file_size
    size = f"files up to {shown(limit)}" if limit is not None else "files"
    kinds = _listed(bucket.allowed_extensions) or "any kind"
    return f"{size} of {kinds}, {readers}"


def shortfalls(need: Need, target: Target, largest: int | None = None) -> Iterator[Finding]:
    """
    Yield what a bucket that is there lacks of what the site needs.

    Args:
        need: which bucket, and what it is for.
        target: the storage that uses it.
        largest: bytes that a file must be allowed to have, if the site knows.

    """
    bucket = need.there
    if bucket is None:
        return
    told, change = target.storage.options, target.command("change", bucket.bucket_id)
    if not bucket.enabled:
        yield error(
            STEP,
            "It is disabled: no URL opens what is in it, and tokens neither.",
            _ACCESS,
            f"Run {change} --enabled.",
            bucket.bucket_id,
        )
    yield from _access(bucket, told, change)
    yield from _size(need, bucket, largest, change)
    yield from _extensions(need, bucket, change)
    if told.transformations and bucket.transformations is False:
        yield warning(
            STEP,
            "It shows no previews of pictures: its image transformations are off.",
            "APPWRITE_TRANSFORMATIONS",
            f"Run {change} --transformations, or write APPWRITE_TRANSFORMATIONS = False to show"
            " pictures as they are.",
            bucket.bucket_id,
        )


def risks(bucket: BucketSettings, target: Target) -> Iterator[Finding]:
    """Yield what is dangerous about a bucket, although the site would work."""
    told, change = target.storage.options, target.command("change", bucket.bucket_id)
    for is_on, what, flag in (
        (bucket.encryption, "Files are not encrypted where they are stored", "--encryption"),
        (bucket.antivirus, "Files are not scanned for viruses", "--antivirus"),
    ):
        if not is_on:
            way_out = f"Run {change} {flag}; it holds for files stored from then on."
            yield warning(STEP, f"{what}.", "", way_out, bucket.bucket_id)
    writers = {
        role
        for action in ("create", "update", "delete", "write")
        for role in bucket.holders(action) & STRANGERS
    }
    if writers:
        yield warning(
            STEP,
            f"Its files may be created, changed or deleted by {_listed(writers)}, without this"
            " site.",
            "",
            "Take these permissions out in the Appwrite console; the key of the site needs none.",
            bucket.bucket_id,
        )
    if bucket.file_security and told.access == "private":
        yield warning(
            STEP,
            "Permissions of single files count in it, too: one that was given to a file in the"
            " console opens it to others.",
            "",
            f"Run {change} --no-file-security.",
            bucket.bucket_id,
        )


def _access(bucket: BucketSettings, told: Options, change: str) -> Iterator[Finding]:
    if told.access == "public" and not bucket.is_public:
        yield error(
            STEP,
            "APPWRITE_ACCESS is 'public', but strangers may not read it.",
            _ACCESS,
            f"Run {change} --public, or write APPWRITE_ACCESS = 'private'.",
            bucket.bucket_id,
        )
    strangers = bucket.holders("read") & STRANGERS
    if told.access == "private" and strangers:
        yield error(
            STEP,
            f"APPWRITE_ACCESS is 'private', but it may be read by {_listed(strangers)}.",
            _ACCESS,
            f"Run {change} --private, or write APPWRITE_ACCESS = 'public'.",
            bucket.bucket_id,
        )


def _size(
    need: Need, bucket: BucketSettings, largest: int | None, change: str
) -> Iterator[Finding]:
    limit = bucket.maximum_file_size
    if limit is None:
        return
    way_out = f"Run {change} --max-size "
    wanted = [(largest, "the site")] if largest is not None else []
    wanted += [(use.largest, use.field) for use in need.uses if use.largest is not None]
    for size, who in wanted:
        if size > limit:
            yield error(
                STEP,
                f"It takes files up to {shown(limit)}, but {who} up to {shown(size)}.",
                "",
                f"{way_out}{size}.",
                bucket.bucket_id,
            )
    if not wanted and limit < _SMALLEST_LIMIT:
        yield warning(
            STEP,
            f"It takes files up to {shown(limit)} only, which is less than most photos have.",
            "",
            f"{way_out}30MB, or say with --max-size which size is enough.",
            bucket.bucket_id,
        )


def _extensions(need: Need, bucket: BucketSettings, change: str) -> Iterator[Finding]:
    if not bucket.allowed_extensions:
        return
    change = f"{change} --extensions"
    # The server compares with the extension in lower case.
    useful = {each for each in bucket.allowed_extensions if each == each.lower()}
    useless = sorted(set(bucket.allowed_extensions) - useful)
    if useless:
        yield warning(
            STEP,
            f"Its extensions {_listed(useless)} match no file, because they have capitals.",
            "",
            f"Run {change} {_joined(useful | {each.lower() for each in useless})}.",
            bucket.bucket_id,
        )
    for use in need.uses:
        lacking = use.extensions - useful
        if lacking:
            # What a field says itself, people are promised.
            tell = error if use.is_strict else warning
            message = f"It refuses {_listed(lacking)}, which {use.field} takes."
            way_out = f"Run {change} {_joined(useful | use.extensions)}."
            yield tell(STEP, message, "", way_out, bucket.bucket_id)
        elif not use.extensions:
            only = f"{_listed(useful)} only" if useful else "no file at all"
            message = f"It takes {only}, but {use.field} any."
            way_out = f"Give the field a FileExtensionValidator, or run {change} ''."
            yield warning(STEP, message, "", way_out, bucket.bucket_id)


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(sorted(texts))


def _joined(texts: Iterable[str]) -> str:
    return ",".join(sorted(texts))
