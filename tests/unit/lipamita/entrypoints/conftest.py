"""The functions over one database for all tests of a module, seeded before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lipamita.entrypoints import wiring

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase, live_database
from tests.unit.lipamita.entrypoints.deployment import SEED, App


@pytest.fixture(scope="module")
def running_database() -> Iterator[LiveDatabase]:
    with live_database() as running:
        yield running


@pytest.fixture
def app(running_database: LiveDatabase, monkeypatch: pytest.MonkeyPatch) -> App:
    running_database.write("/", SEED)
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
    deployed = App(running_database)
    serving = wiring.Deployment(world=deployed.world, app=running_database.app)
    monkeypatch.setattr(wiring, "_DEPLOYMENTS", [serving])
    return deployed
