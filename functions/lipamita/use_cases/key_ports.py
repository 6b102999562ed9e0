"""Which payment, or which other work, each request's Idempotency-Key stands for."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.ids import Uid
from lipamita.domain.units import Millis
from lipamita.use_cases.records import IdempotencyRecord


class KeyStore(Protocol):
    """``idempotency``."""

    def claim_idempotency_key(
        self, uid: Uid, key_hash: str, record: IdempotencyRecord
    ) -> IdempotencyRecord:
        """Create if absent, or older than a day, by (uid, key_hash); the record that stands."""
        ...

    def read_idempotency_key(
        self, uid: Uid, key_hash: str, *, now_ms: Millis
    ) -> IdempotencyRecord | None:
        """The record that stands under the key, unless it is older than a day."""
        ...

    def replace_idempotency_key(
        self, uid: Uid, key_hash: str, old: IdempotencyRecord, new: IdempotencyRecord
    ) -> bool:
        """Compare and set; False if the record that stands is not ``old``."""
        ...
