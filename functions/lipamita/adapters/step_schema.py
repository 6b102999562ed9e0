"""The moves in the history of a payment or a refund, as nodes ``h01``, ``h02``, ..."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from lipamita.domain.units import Millis


class Move(Protocol):
    """One move, whatever moved."""

    @property
    def at_ms(self) -> Millis: ...

    @property
    def from_status(self) -> StrEnum: ...

    @property
    def to_status(self) -> StrEnum: ...

    @property
    def cause(self) -> StrEnum: ...

    @property
    def source(self) -> str: ...


def history_to_json(history: Iterable[Move]) -> dict[str, object]:
    """The moves, oldest first. Times in ms since the epoch."""
    return {
        f"h{index:02d}": {
            "at": step.at_ms,
            "from": step.from_status.value,
            "to": step.to_status.value,
            "cause": step.cause.value,
            "source": step.source,
        }
        for index, step in enumerate(history, start=1)
    }
