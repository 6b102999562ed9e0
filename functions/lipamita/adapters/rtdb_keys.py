"""``idempotency`` in the database: nobody but the functions reads it."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import IDEMPOTENCY_KEPT_MS, MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.records import IdempotencyRecord


class RtdbKeys(RtdbNodes):
    """Implements use_cases.key_ports.KeyStore."""

    def claim_idempotency_key(
        self, uid: Uid, key_hash: str, record: IdempotencyRecord
    ) -> IdempotencyRecord:
        path = _path(uid, key_hash)
        reference, mine = self.at(path), _to_json(record)
        node, tag = reference.get(etag=True)
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            if node is not None:
                standing = _from_json(path, node)
                if record.created_at_ms - standing.created_at_ms < IDEMPOTENCY_KEPT_MS:
                    return standing
            _, node, tag = reference.set_if_unchanged(tag, mine)
        raise BusyError("busy", "this Idempotency-Key is being used by others; try again")

    def read_idempotency_key(
        self, uid: Uid, key_hash: str, *, now_ms: Millis
    ) -> IdempotencyRecord | None:
        path = _path(uid, key_hash)
        node = self.at(path).get()
        standing = None if node is None else _from_json(path, node)
        if standing is None or now_ms - standing.created_at_ms >= IDEMPOTENCY_KEPT_MS:
            return None
        return standing

    def replace_idempotency_key(
        self, uid: Uid, key_hash: str, old: IdempotencyRecord, new: IdempotencyRecord
    ) -> bool:
        path = _path(uid, key_hash)
        node, tag = self.at(path).get(etag=True)
        if node is None or _from_json(path, node) != old:
            return False
        replaced, _, _ = self.at(path).set_if_unchanged(tag, _to_json(new))
        return bool(replaced)


def _path(uid: Uid, key_hash: str) -> str:
    return f"idempotency/{uid}/{key_hash}"


def _to_json(record: IdempotencyRecord) -> dict[str, object]:
    return {
        "transaction_id": record.transaction_id,
        "request_hash": record.request_hash,
        "created_at": record.created_at_ms,
    }


def _from_json(path: str, node: object) -> IdempotencyRecord:
    fields = Fields.of(path, node)
    return IdempotencyRecord(
        transaction_id=TransactionId(fields.text("transaction_id")),
        request_hash=fields.text("request_hash"),
        created_at_ms=Millis(fields.whole("created_at")),
    )
