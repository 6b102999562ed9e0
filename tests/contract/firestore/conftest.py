"""The emulator in a process of its own, and clients of one fresh project per test."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

START_LIMIT_S = 20.0
STOP_LIMIT_S = 5.0
_NUMBERS = count(1)

INDEXES = {
    "indexes": [
        {
            "collectionGroup": "payments",
            "queryScope": scope,
            "fields": [{"fieldPath": name, "order": order} for name, order in fields],
        }
        for scope, fields in (
            ("COLLECTION", [("meter", "ASCENDING"), ("amount", "DESCENDING")]),
            ("COLLECTION", [("meter", "ASCENDING"), ("amount", "ASCENDING")]),
            ("COLLECTION", [("status", "ASCENDING"), ("amount", "ASCENDING")]),
            ("COLLECTION", [("amount", "ASCENDING"), ("at", "DESCENDING")]),
            ("COLLECTION_GROUP", [("meter", "ASCENDING"), ("amount", "ASCENDING")]),
        )
    ],
    "fieldOverrides": [
        {
            "collectionGroup": "payments",
            "fieldPath": "status",
            "indexes": [
                {"order": "ASCENDING", "queryScope": "COLLECTION"},
                {"order": "DESCENDING", "queryScope": "COLLECTION"},
                {"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"},
            ],
        },
        {"collectionGroup": "payments", "fieldPath": "note", "indexes": []},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """Where it listens, and what it read its indexes from."""

    address: str
    indexes_file: Path

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Started once; tests keep apart by their projects."""
    indexes_file = tmp_path_factory.mktemp("firestore") / "firestore.indexes.json"
    indexes_file.write_text(json.dumps(INDEXES))
    words = [sys.executable, "-W", "error", "-m", "emulators.firestore", "--port", "0"]
    process = subprocess.Popen(
        [*words, "--indexes", str(indexes_file)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            assert selector.select(START_LIMIT_S), "the emulator did not start"
        name, _, address = process.stdout.readline().strip().partition("=")
        assert name == "FIRESTORE_EMULATOR_HOST"
        yield Emulator(address=address, indexes_file=indexes_file)
    finally:
        process.terminate()
        process.wait(STOP_LIMIT_S)
        process.stdout.close()


@pytest.fixture(scope="session")
def firestore(emulator: Emulator) -> Iterator[Any]:
    """The unmodified client library, told of the emulator by its environment variable."""
    patch = pytest.MonkeyPatch()
    patch.setenv("FIRESTORE_EMULATOR_HOST", emulator.address)
    from google.cloud import firestore as library  # noqa: PLC0415

    yield library
    patch.undo()


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return f"demo-{os.getpid()}-{next(_NUMBERS)}"


@pytest.fixture
def connect(firestore: Any) -> Iterator[Callable[..., Any]]:
    """Clients as programs under the suite make them; closed at the end."""
    from google.auth import credentials  # noqa: PLC0415

    anonymous: Any = credentials.AnonymousCredentials
    opened: list[Any] = []

    def open_one(kind: str = "Client", **named: Any) -> Any:
        opened.append(getattr(firestore, kind)(credentials=anonymous(), **named))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def db(connect: Callable[..., Any], project: str) -> Any:
    """A client of the fresh project's default database."""
    return connect(project=project)
