from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cloud_storages.emulator import Emulator

from .wire import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(project="demo", key="k", read_key="r") as running:
        yield running


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    with Client(emulator.endpoint, "demo", "k") as one:
        yield one


@pytest.fixture
def guest(emulator: Emulator) -> Iterator[Client]:
    with Client(emulator.endpoint, "demo") as one:
        yield one
