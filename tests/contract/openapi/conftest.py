"""The edge over one database for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lipamita.entrypoints import wiring

from tests.contract.openapi.edge import Edge, EstateApp
from tests.unit.lipamita.adapters.live_rtdb import live_database


@pytest.fixture(scope="module")
def running_edge() -> Iterator[Edge]:
    with pytest.MonkeyPatch.context() as patch, live_database() as database:
        patch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
        app = EstateApp(database)
        patch.setattr(
            wiring, "_DEPLOYMENTS", [wiring.Deployment(world=app.world, app=database.app)]
        )
        yield Edge(app)


@pytest.fixture
def edge(running_edge: Edge) -> Edge:
    """The edge, with the estate as seeded."""
    running_edge.restore()
    return running_edge
