"""Which server, which project, which key, and how patiently."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import attrs

from cloud_storages.domain.values import Secret

if TYPE_CHECKING:
    from cloud_storages.domain.showing import Mark, Showing
    from cloud_storages.domain.values import Location

__all__ = ["DEFAULT_ENDPOINT", "Connection"]

DEFAULT_ENDPOINT = "https://cloud.appwrite.io/v1"
_COLOR_DIGITS = 6


def _trimmed(url: str) -> str:
    # A slash too many hides the bucket from Appwrite's router.
    return url.rstrip("/")


@attrs.frozen
class Connection:
    """
    How to reach a project on an Appwrite server.

    Attributes:
        endpoint: base URL, ending in ``/v1``.
        project_id: the project.
        api_key: secret of an API key with files.read and files.write; buckets.read and
            buckets.write too where buckets are to be found by name and created; tokens.write
            too where private files are to have links.
        public_endpoint: base URL that browsers use.
        timeout: seconds without a sign of life from the server after which a request has
            failed; an upload gets UPLOAD_PATIENCE more.
        deadline: seconds after which a request is given up, with all its repetitions and
            pauses; an upload gets UPLOAD_PATIENCE more, and moving bytes a second for each 32 KiB.
        retries: how often a request that failed for a passing reason is repeated.
        pool_size: connections kept open for reuse.
        workers: chunks of one upload that are sent, and held in memory, at once.

    Raises:
        ValueError: the endpoint is no http or https URL.

    """

    endpoint: str = attrs.field(converter=_trimmed)
    project_id: str
    api_key: str = attrs.field(converter=Secret)
    public_endpoint: str = attrs.field(converter=_trimmed)
    # Long enough for a listing of a thousand files on a busy server, short enough for a page.
    timeout: float = 30.0
    # Two requests that a silent server lets run into their timeouts.
    deadline: float = 60.0
    # With pauses of 0.1 to 5 seconds, this outlives a worker that restarts.
    retries: int = 3
    # requests' own default, and more than the threads of most WSGI servers.
    pool_size: int = 10
    # Beyond four, Appwrite's lock on an upload lets them wait for each other.
    workers: int = 4

    #: Seconds an upload may wait longer: Appwrite 1.9.5 and later hold one back for up to 120 s
    #: behind another, and join and sign all chunks within the request that completes them.
    UPLOAD_PATIENCE = 120.0

    @endpoint.validator
    @public_endpoint.validator
    def _is_url(self, attribute: attrs.Attribute[str], value: str) -> None:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(
                f"The {attribute.name} {value!r} is no http:// or https:// URL;"
                f" it should look like {DEFAULT_ENDPOINT}."
            )

    def url(self, location: Location, showing: Showing, mark: Mark) -> str:
        """Return the address at which a browser sees a file, if it may."""
        query: dict[str, str] = {}
        action = "download" if showing.download else "view"
        if showing.preview is not None:
            action = "preview"
            query |= {_camel(name): value for name, value in showing.preview.chosen().items()}
            if mark.version and not showing.preview.border_width:
                # Appwrite keeps previews by its own parameters, for a while beyond the file's
                # deletion; the colour of a border that is not drawn tells the new file's apart.
                query["borderColor"] = mark.version[:_COLOR_DIGITS]
        if mark.version and not mark.token:
            query["v"] = mark.version  # no parameter of Appwrite's, which ignores such
        if mark.token:
            query["token"] = mark.token
        bucket_id, file_id = quote(location.bucket_id, safe=""), quote(location.file_id, safe="")
        url = (
            f"{self.public_endpoint}/storage/buckets/{bucket_id}/files/{file_id}/{action}"
            f"?project={quote(self.project_id, safe='')}"
        )
        # A page has many plain ones.
        return f"{url}&{urlencode(query, quote_via=quote, safe='')}" if query else url


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
