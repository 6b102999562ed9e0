"""One request, one effect: an id is claimed under the Idempotency-Key, and a repeat finds it."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import TransactionId, Uid, new_transaction_id, sha256_hex
from lipamita.use_cases.records import IdempotencyRecord
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks for what under which key. ``kind`` keeps the keys of different requests apart."""

    uid: Uid
    kind: str
    idempotency_key: str
    asked: tuple[str, ...]

    @property
    def key_hash(self) -> str:
        """Under which the record stands."""
        return sha256_hex(f"{self.kind}|{self.idempotency_key}")

    @property
    def request_hash(self) -> str:
        """What tells this request from another one."""
        return sha256_hex("|".join(self.asked))


def earlier_id(request: Request, world: World) -> TransactionId | None:
    """The id that an earlier equal request claimed. Raises ConflictError for another request."""
    standing = world.store.read_idempotency_key(request.uid, request.key_hash, now_ms=world.clock())
    return None if standing is None else _same(request, standing)


def claim_id(request: Request, world: World) -> TransactionId:
    """A new id, or the one that stands. Raises ConflictError (idempotency_key_reused)."""
    now_ms = world.clock()
    mine = IdempotencyRecord(
        transaction_id=new_transaction_id(now_ms, world.random_bytes),
        request_hash=request.request_hash,
        created_at_ms=now_ms,
    )
    return _same(request, world.store.claim_idempotency_key(request.uid, request.key_hash, mine))


def _same(request: Request, standing: IdempotencyRecord) -> TransactionId:
    if standing.request_hash != request.request_hash:
        raise ConflictError(
            "idempotency_key_reused",
            f"this Idempotency-Key was used for another {request.kind}; "
            "use a new key for a new one",
            field="Idempotency-Key",
        )
    return standing.transaction_id
