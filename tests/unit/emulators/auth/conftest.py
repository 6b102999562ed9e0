from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from emulators.auth.desk import Desk

START_MS = 1_700_000_000_000


@dataclass
class Clock:
    """A clock that moves only when told to."""

    ms: int = START_MS

    def __call__(self) -> int:
        return self.ms

    def pass_seconds(self, seconds: int) -> None:
        self.ms += seconds * 1000


@dataclass
class Ids:
    """Ids in counting order, of the wanted length."""

    count: int = 0
    given: list[str] = field(default_factory=list)

    def __call__(self, length: int) -> str:
        self.count += 1
        self.given.append(f"{self.count:0{length}d}")
        return self.given[-1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    return Desk(project="demo-lipamita", now_ms=clock, new_id=Ids())
