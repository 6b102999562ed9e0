"""Somebody's decision, as it is kept with what it was about."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.ids import Uid
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Who decided, why and when."""

    by: Uid
    why: str
    at_ms: Millis
