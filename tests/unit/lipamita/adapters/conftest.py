"""One database for all tests of a module, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase, live_database


@pytest.fixture(scope="module")
def running_database() -> Iterator[LiveDatabase]:
    with live_database() as running:
        yield running


@pytest.fixture
def database(running_database: LiveDatabase) -> LiveDatabase:
    running_database.clear()
    return running_database
