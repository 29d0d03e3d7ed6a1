"""The view: who may have a file, what of it, and under which headers."""

from __future__ import annotations

import contextlib
import errno
import inspect
import io
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import django
from asgiref.sync import async_to_sync
from django.core.exceptions import (
    ImproperlyConfigured,
    PermissionDenied,
    SuspiciousFileOperation,
)
from django.core.files import storage as django_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views import View

from cloud_storages.domain.errors import CloudStorageError, InvalidName
from cloud_storages.views import media, ranges
from cloud_storages.views.bodies import AsyncBody, Body
from cloud_storages.views.sources import canonical, reaches_other_buckets, source_of

if TYPE_CHECKING:
    from django.core.files.storage import Storage
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from cloud_storages.views.sources import Facts, Source

__all__ = ["Allowed", "ServeFile", "anyone"]

logger = logging.getLogger("cloud_storages")

#: Decides about a request and the canonical name of a file, without asking whether it exists.
Allowed = Callable[[Any, str], "bool | Awaitable[bool]"]

#: Seconds after which a client may try again, when the storage does not answer.
_RETRY_AFTER = 10
_HAS_STORAGES = django.VERSION >= (4, 2)
#: Before this, Django's ASGI handler takes nothing but sync iterators.
_STREAMS_ASYNC = django.VERSION >= (4, 2)
#: With any of these a look at the file comes first: it may be all that is needed.
_SELECTIVE = (
    "Range",
    "If-Match",
    "If-None-Match",
    "If-Modified-Since",
    "If-Unmodified-Since",
)
_GONE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


def anyone(request: HttpRequest, name: str) -> bool:  # noqa: ARG001 - what every rule is given
    """
    Allow every file to everyone.

    In the layout ``last-directory`` each bucket of the project is a directory, and the site's key
    reads them all, private ones and those of other storages. There ``ServeFile`` takes this rule
    only beside ``directories``.
    """
    return True


class ServeFile(View):
    """
    Serves the files of a storage, whichever that is.

    In ``urls.py``, with a path converter that gives ``name``::

        path("media/<path:name>", ServeFile.as_view(storage="private", allowed=is_owner))

    Answers GET and HEAD, conditional requests and single byte ranges, and streams in bounded
    memory. Under ASGI no event loop waits for a file (from Django 4.2), and nothing is read for a
    client that has left (from Django 5.0). A subclass that finds the name elsewhere returns
    ``self.serve(request, name)`` once it has decided that the request may have the file.

    Attributes:
        storage: alias of a storage, or the storage itself.
        allowed: called with the request and the name, returns whether the file may be served, or
            awaits that. Must be given; ``anyone`` opens every file to everyone. The name is the
            canonical one, whatever the asker wrote. A bucket that the settings name goes by its
            directory only, its ID is not found; one that is found by its name goes by its ID, too,
            so map it in ``buckets`` if a rule depends on the directory. A function that a subclass
            has as this attribute is a method, and is given the view first; not so ``anyone``, and
            what is wrapped in ``staticmethod``.
        directories: from which files are served, with all that is below them, such as
            ``("photos", "docs")``; ``""`` is that of names without one. Others are not found.
            None for any, which ``anyone`` does not take in the layout ``last-directory``.
        login_url: where those who are not signed in are sent when they may not have a file;
            None to refuse them as the others.
        hidden: whether refusing looks as if there were no such file (404 instead of 403).
        attachment: whether browsers save a file instead of showing it.
        trusted: whether the site itself wrote the files. If not, documents that could run script
            (HTML, SVG, XML) are shown in a sandbox, and JavaScript is served as plain text, which
            no page can be made to run.
        public: whether caches between here and the browser may keep a file.
        max_age: seconds for which a file is used again without asking; None to ask each time.
        content_types: types by extension, such as ``{".glb": "model/gltf-binary"}``.
        charset: what texts are encoded in; None to leave it unsaid.

    """

    storage: str | Storage = "default"
    allowed: Allowed | None = None
    directories: Collection[str] | None = None
    login_url: str | None = None
    hidden: bool = False
    attachment: bool = False
    trusted: bool = False
    public: bool = False
    max_age: int | None = None
    content_types: Mapping[str, str] = MappingProxyType({})
    charset: str | None = "utf-8"

    http_method_names = ("get", "head", "options")

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """
        Serve a file to those who may have it.

        Raises:
            Http404: no such file, no such name, or one outside of ``directories``.
            PermissionDenied: the request may not have it, whether it exists or not.
            ImproperlyConfigured: nobody said who may have files, the rule answers neither True nor
                False, or ``anyone`` would open buckets that nobody named.

        """
        with _missing_is_404():
            name = canonical(self._storage, name)
        if not self._is_within(name):
            raise Http404(_NO_FILE)
        if not self._is_allowed(request, name):
            return self.refuse(request)
        return self.serve(request, name)

    def refuse(self, request: HttpRequest) -> HttpResponseBase:
        """
        Answer a request that may not have the file it asks for.

        Raises:
            Http404: if ``hidden``.
            PermissionDenied: if not.

        """
        user = getattr(request, "user", None)
        if self.login_url and not (user and user.is_authenticated):
            # Loads models, which not every site has.
            from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415

            return redirect_to_login(request.get_full_path(), self.login_url)
        if self.hidden:
            raise Http404(_NO_FILE)
        raise PermissionDenied

    def serve(self, request: HttpRequest, name: str | None) -> HttpResponseBase:
        """
        Answer with a file, without asking who may have it.

        Args:
            request: decides, by its headers, what of the file is sent.
            name: of the file; empty, as that of an empty field, there is none.

        Raises:
            Http404: there is no such file.

        """
        if not name:
            raise Http404(_NO_FILE)
        try:
            with _missing_is_404(), contextlib.ExitStack() as stack:
                source = source_of(self._storage, name)
                stack.callback(source.close)
                response = self._answer(request, name, source)
                if response.streaming:
                    stack.pop_all()  # the response closes it
                return response
        except (CloudStorageError, ConnectionError, TimeoutError) as error:
            if not getattr(error, "temporary", True):
                raise
            logger.warning("cannot serve %r for now: %s", name, error)
            return _plain(503, "The file cannot be reached.", **{"Retry-After": str(_RETRY_AFTER)})

    @property
    def _storage(self) -> Storage:
        if not isinstance(self.storage, str):
            return self.storage
        if _HAS_STORAGES:
            return django_storage.storages[self.storage]
        if self.storage != "default":
            raise ImproperlyConfigured(
                f"Before Django 4.2 no storage has the alias {self.storage!r}: give ServeFile the"
                " storage itself."
            )
        return django_storage.default_storage

    def _is_within(self, name: str) -> bool:
        if self.directories is None:
            return True
        if isinstance(self.directories, str):
            raise ImproperlyConfigured(
                "The directories of ServeFile are several: write"
                f" directories=({self.directories!r},)."
            )
        parent = name.rpartition("/")[0]
        return parent in self.directories or any(
            parent.startswith(f"{directory}/") for directory in self.directories
        )

    def _is_allowed(self, request: HttpRequest, name: str) -> bool:
        answer: object = self._rule(request, name)
        if inspect.isawaitable(answer):
            answer = async_to_sync(_awaited)(answer)
        # Such as a response that was meant to refuse, and would count as a yes.
        if not isinstance(answer, bool):
            raise ImproperlyConfigured(
                "The rule of ServeFile, 'allowed', must answer True or False, not"
                f" {type(answer).__name__}."
            )
        return answer

    @property
    def _rule(self) -> Allowed:
        if self.allowed is None:
            raise ImproperlyConfigured(
                "Say who may have files: ServeFile.as_view(allowed=...). Pass"
                " cloud_storages.views.anyone if everyone may."
            )
        # As an attribute of a subclass it would be called as a method.
        if getattr(self.allowed, "__func__", self.allowed) is not anyone:
            return self.allowed
        if self.directories is None and reaches_other_buckets(self._storage):
            raise ImproperlyConfigured(
                "In the layout 'last-directory' every bucket of the project is a directory, so"
                " 'anyone' would open private ones, too: say which are for everyone, such as"
                " ServeFile.as_view(allowed=anyone, directories=('photos',)), or use the layout"
                " 'path'."
            )
        return anyone

    def _answer(self, request: HttpRequest, name: str, source: Source) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        looks = is_head or any(header in request.headers for header in _SELECTIVE)
        facts = source.look() if looks else source.open()
        headers = {**self._headers(name), **_validators(facts)}
        whole = HttpResponse(headers=headers)
        conditional = get_conditional_response(
            request,
            headers.get("ETag"),
            None if facts.modified is None else int(facts.modified.timestamp()),
            whole,
        )
        if conditional is not None and conditional is not whole:
            return conditional
        if is_head:
            whole["Content-Length"] = str(facts.size)
            return whole
        try:
            part = _part(request, headers, facts.size)
        except ranges.Unsatisfiable:
            return _plain(416, "", **{"Content-Range": f"bytes */{facts.size}"})
        return self._streamed(request, source, part, facts.size, headers)

    def _streamed(
        self,
        request: HttpRequest,
        source: Source,
        part: ranges.ByteRange | None,
        size: int,
        headers: dict[str, str],
    ) -> StreamingHttpResponse:
        status = 200
        if part is None:
            part = ranges.ByteRange(0, size)
        else:
            status = 206
            headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
            # Django's GZipMiddleware would compress the piece, but not what it is a piece of.
            headers["Content-Encoding"] = "identity"
        headers["Content-Length"] = str(part.length)
        body = Body(source, part.start, part.end)
        awaits = _STREAMS_ASYNC and isinstance(request, ASGIRequest)
        return StreamingHttpResponse(
            AsyncBody(body) if awaits else body, status=status, headers=headers
        )

    def _headers(self, name: str) -> dict[str, str]:
        told = media.content_type(name, self.content_types, self.charset)
        headers = {}
        if not self.trusted and media.is_script(told):
            told = media.content_type("a.txt", {}, self.charset)
        if not self.trusted and media.may_run(told):
            headers["Content-Security-Policy"] = media.SANDBOX
        kept = "no-cache" if self.max_age is None else f"max-age={self.max_age}"
        return {
            **headers,
            "Content-Type": told,
            "Content-Disposition": _disposition(name, attachment=self.attachment),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": f"{'public' if self.public else 'private'}, {kept}",
            "Accept-Ranges": "bytes",
        }


_NO_FILE = "There is no such file."


@contextlib.contextmanager
def _missing_is_404() -> Iterator[None]:
    """Turn whatever says that no such file can be had into one and the same answer."""
    try:
        yield
    except (*_GONE, InvalidName, SuspiciousFileOperation):
        raise Http404(_NO_FILE) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise Http404(_NO_FILE) from None
        raise


def _validators(facts: Facts) -> dict[str, str]:
    told = {}
    if facts.tag is not None:
        told["ETag"] = quote_etag(facts.tag)
    if facts.modified is not None:
        told["Last-Modified"] = http_date(facts.modified.timestamp())
    return told


def _part(request: HttpRequest, headers: Mapping[str, str], size: int) -> ranges.ByteRange | None:
    current = ranges.is_current(
        request.headers.get("If-Range"),
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
    )
    return ranges.chosen(request.headers.get("Range"), size) if current else None


def _disposition(name: str, *, attachment: bool) -> str:
    # Django 4.1 has no function for this header, but every version has a response that sets it.
    filename = name.rpartition("/")[2]
    response = FileResponse(io.BytesIO(), as_attachment=attachment, filename=filename)
    return str(response["Content-Disposition"])


def _plain(status: int, text: str, **headers: str) -> HttpResponse:
    told = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(
        text, status=status, headers={**told, "Cache-Control": "no-store", **headers}
    )


async def _awaited(answer: Awaitable[object]) -> object:
    return await answer
