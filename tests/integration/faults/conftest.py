"""Benches on the server of the other integration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.faults.bench import on_benches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.integration.faults.bench import Bench

#: How many cases that mostly wait run at once.
_LANES = 18


@pytest.fixture(scope="session")
def benches(server: Server) -> Iterator[list[Bench]]:
    with on_benches(server, _LANES) as benches:
        yield benches


@pytest.fixture
def bench(benches: list[Bench]) -> Bench:
    return benches[0]
