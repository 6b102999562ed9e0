"""A world behind the command, in place of a deployment."""

from __future__ import annotations

import pytest

from tests.fakes.estate import Estate
from tools.cli import commands, connection
from tools.cli.connection import Connection


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Estate:
    """What every command reaches, whatever project it names."""
    estate = Estate()

    def reach(project: str, *, emulator: bool) -> Connection:
        return Connection(project=project or "demo-lipamita", world=estate.world)

    for module in (commands, connection):
        monkeypatch.setattr(module, "connect", reach)
    return estate
