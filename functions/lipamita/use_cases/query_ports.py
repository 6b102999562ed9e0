"""What asking Daraja needs to remember: the sender's pace, and which payments are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.ids import TransactionId
from lipamita.domain.query_pace import QueryPace
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePayment:
    """A payment that is due, as far as the order of work needs to know it.

    ``asked_at_ms``: when Daraja was last asked about it, or when it was made. ``waits``: nothing
    but an answer of Daraja's is wanted.
    """

    transaction_id: TransactionId
    waits: bool
    asked_at_ms: Millis


class PaceStore(Protocol):
    """``query_pace``."""

    def read_query_pace(self, sender: str) -> Versioned[QueryPace]:
        """What that sender asked of late."""
        ...

    def replace_query_pace(self, sender: str, old: Versioned[QueryPace], new: QueryPace) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...
