"""One database for all tests of a module, emptied before each; one Firestore, a project each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lipamita.adapters.firestore_client import firestore_client

from tests.unit.lipamita.adapters.live_firestore import fresh_project, live_firestore
from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase, live_database


@pytest.fixture(scope="module")
def running_database() -> Iterator[LiveDatabase]:
    with live_database() as running:
        yield running


@pytest.fixture
def database(running_database: LiveDatabase) -> LiveDatabase:
    running_database.clear()
    return running_database


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with live_firestore() as address:
        yield address


@pytest.fixture
def project(emulator: str) -> str:
    return fresh_project()


@pytest.fixture
def client(project: str) -> Any:
    return firestore_client(project)
