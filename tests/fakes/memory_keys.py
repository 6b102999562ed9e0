"""``idempotency`` in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.ids import Uid
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import IDEMPOTENCY_KEPT_MS
from lipamita.use_cases.records import IdempotencyRecord

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryKeys(MemoryNodes):
    """Implements use_cases.key_ports.KeyStore."""

    keys: dict[tuple[Uid, str], IdempotencyRecord] = field(default_factory=dict)

    def claim_idempotency_key(
        self, uid: Uid, key_hash: str, record: IdempotencyRecord
    ) -> IdempotencyRecord:
        standing = self.keys.get((uid, key_hash))
        if standing is None or (
            record.created_at_ms - standing.created_at_ms >= IDEMPOTENCY_KEPT_MS
        ):
            self._write("idempotency", lambda: self.keys.update({(uid, key_hash): record}))
        return self.keys[uid, key_hash]

    def read_idempotency_key(
        self, uid: Uid, key_hash: str, *, now_ms: Millis
    ) -> IdempotencyRecord | None:
        standing = self.keys.get((uid, key_hash))
        if standing is None or now_ms - standing.created_at_ms >= IDEMPOTENCY_KEPT_MS:
            return None
        return standing

    def replace_idempotency_key(
        self, uid: Uid, key_hash: str, old: IdempotencyRecord, new: IdempotencyRecord
    ) -> bool:
        if self.keys.get((uid, key_hash)) != old:
            return False
        self._write("idempotency", lambda: self.keys.update({(uid, key_hash): new}))
        return True
