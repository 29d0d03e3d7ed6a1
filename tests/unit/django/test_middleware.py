"""What a view asks ahead is known until its page is rendered, and not a moment longer."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path

from cloud_storages.backends.memory import InMemoryStorage
from cloud_storages.middleware import until_response
from cloud_storages.testing import assertNumStorageRequests, storage_requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

STORAGE = InMemoryStorage(project_id=uuid.uuid4().hex)
NAMES = [f"docs/{number}.txt" for number in range(5)]
PAGE = "{% for size in sizes %}{{ size }} {% endfor %}"


def sizes() -> Iterator[int]:
    return (STORAGE.size(name) for name in NAMES)


def album(_request: HttpRequest) -> HttpResponse:
    until_response(STORAGE.prefetch_metadata(NAMES))
    template = engines.all()[0].from_string(PAGE)
    return SimpleTemplateResponse(template, {"sizes": sizes()})


async def album_later(_request: HttpRequest) -> HttpResponse:
    await sync_to_async(until_response)(STORAGE.prefetch_metadata(NAMES))
    shown = await sync_to_async(list)(sizes())
    return HttpResponse("".join(f"{size} " for size in shown))


def broken(_request: HttpRequest) -> HttpResponse:
    until_response(STORAGE.prefetch_metadata(NAMES))
    raise KeyError


urlpatterns = [
    path("album/", album),
    path("later/", album_later),
    path("broken/", broken),
]
ENGINE = {"BACKEND": "django.template.backends.django.DjangoTemplates"}


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    for number, name in enumerate(NAMES):
        STORAGE.save(name, ContentFile(b"x" * number))
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["cloud_storages.middleware.request_blocks"],
        TEMPLATES=[ENGINE],
        ALLOWED_HOSTS=["testserver"],
    ):
        yield


@pytest.mark.parametrize("url", ["/album/", "/later/"])
def test_a_page_costs_one_request_however_many_files_it_shows(url: str) -> None:
    with assertNumStorageRequests(1):
        response = Client().get(url)

    assert response.content == b"0 1 2 3 4 "


@pytest.mark.parametrize("url", ["/album/", "/later/"])
def test_under_asgi_too(url: str) -> None:
    with assertNumStorageRequests(1):
        response: Any = asyncio.run(AsyncClient().get(url))

    assert response.content == b"0 1 2 3 4 "


@pytest.mark.parametrize("url", ["/album/", "/later/", "/broken/"])
def test_nothing_is_known_when_the_request_is_over(url: str) -> None:
    Client(raise_request_exception=False).get(url)

    with storage_requests() as made:
        assert STORAGE.size(NAMES[3]) == 3
    assert len(made) == 1


def test_requests_side_by_side_do_not_end_each_other() -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(*(AsyncClient().get("/later/") for _ in range(3)))

    with assertNumStorageRequests(3):
        responses = asyncio.run(both())

    assert {response.content for response in responses} == {b"0 1 2 3 4 "}


def test_without_a_request_or_the_middleware_it_is_told() -> None:
    with pytest.raises(ImproperlyConfigured, match="MIDDLEWARE"):
        until_response(STORAGE.prefetch_metadata(NAMES))
    with override_settings(MIDDLEWARE=[]), pytest.raises(ImproperlyConfigured, match="MIDDLEWARE"):
        Client().get("/album/")
