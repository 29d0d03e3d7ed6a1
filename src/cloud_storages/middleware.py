"""
Blocks that last as long as a request, for pages that are rendered after their view has returned.

With ``"cloud_storages.middleware.request_blocks"`` in ``MIDDLEWARE``::

    def album(request):
        pictures = Picture.objects.all()
        until_response(default_storage.prefetch_metadata(each.file for each in pictures))
        return TemplateResponse(request, "album.html", {"pictures": pictures})
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ImproperlyConfigured
from django.utils.decorators import sync_and_async_middleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest

__all__ = ["request_blocks", "until_response"]

T = TypeVar("T")

_opened: ContextVar[contextlib.ExitStack | None] = ContextVar("opened", default=None)


@sync_and_async_middleware
def request_blocks(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware that ends, when the response is ready, what ``until_response`` began."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> Any:
            with _blocks():
                return await get_response(request)

        return answer_later

    def answer(request: HttpRequest) -> Any:
        with _blocks():
            return get_response(request)

    return answer


def until_response(block: contextlib.AbstractContextManager[T]) -> T:
    """
    Enter a block that ends when the response to the current request is ready.

    A streaming response is ready before its content is made, so that is outside of the block.

    Args:
        block: what one would write after ``with``.

    Raises:
        ImproperlyConfigured: there is no request, or the middleware is not in MIDDLEWARE.

    """
    blocks = _opened.get()
    if blocks is None:
        raise ImproperlyConfigured(
            "until_response() works within requests only, and needs"
            " 'cloud_storages.middleware.request_blocks' in the setting MIDDLEWARE."
        )
    return blocks.enter_context(block)


@contextlib.contextmanager
def _blocks() -> Iterator[None]:
    before = _opened.get()
    with contextlib.ExitStack() as blocks:
        _opened.set(blocks)
        try:
            yield
        finally:
            _opened.set(before)
