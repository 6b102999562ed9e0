"""``claims`` in the database, and which board a meter knows."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.claim import Claim
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import Millis
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.records import Versioned


class RtdbClaims(RtdbNodes):
    """Implements use_cases.claim_ports.ClaimStore."""

    def read_claim(self, meter_id: MeterId) -> Versioned[Claim | None]:
        path = f"claims/{meter_id}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(None if node is None else claim_from_json(path, node), tag)

    def replace_claim(self, meter_id: MeterId, old: Versioned[Claim | None], new: Claim) -> bool:
        reference = self.at(f"claims/{meter_id}")
        written, found, _ = reference.set_if_unchanged(old.tag, claim_to_json(new))
        # The SDK may have repeated a write whose answer was lost, and met its own first one.
        return bool(written) or found == claim_to_json(new)

    def put_device(
        self, meter_id: MeterId, former: Uid | None, new: Uid, *, since_ms: Millis
    ) -> bool:
        reference = self.at(f"meters/{meter_id}/device_uid")
        standing, tag = reference.get(etag=True)
        for _ in range(MAX_COMPARE_AND_SET_TRIES):
            if standing == new:
                since = {
                    "device_since": since_ms,
                    "status/boot_count": None,
                    "boots_seen": None,
                }
                self.at(f"meters/{meter_id}").update(since)
                return True
            if standing != former:
                return False
            _, standing, tag = reference.set_if_unchanged(tag, new)
        return False


def claim_to_json(claim: Claim) -> dict[str, object]:
    """``claims/{meter_id}``."""
    node = {
        "claim_id": claim.claim_id,
        "hardware_id": claim.hardware_id,
        "code_hash": claim.code_hash,
        "proof_key": claim.proof_key,
        "created_by": claim.created_by,
        "created_at": claim.created_at_ms,
        "expires_at": claim.expires_at_ms,
        "tries_left": claim.tries_left,
        "nonce": claim.nonce,
        "device_uid": claim.device_uid,
        "former_device_uid": claim.former_device_uid,
        "taken_at": claim.taken_at_ms,
        "completed_at": claim.completed_at_ms,
    }
    return {name: value for name, value in node.items() if value is not None}


def claim_from_json(path: str, node: object) -> Claim:
    """Raises UnreadableError."""
    fields = Fields.of(path, node)
    device, former = fields.optional_text("device_uid"), fields.optional_text("former_device_uid")
    return Claim(
        claim_id=fields.text("claim_id"),
        hardware_id=fields.text("hardware_id"),
        code_hash=fields.optional_text("code_hash"),
        proof_key=fields.optional_text("proof_key"),
        created_by=Uid(fields.text("created_by")),
        created_at_ms=Millis(fields.whole("created_at")),
        expires_at_ms=Millis(fields.whole("expires_at")),
        tries_left=fields.whole("tries_left"),
        nonce=fields.optional_text("nonce"),
        device_uid=None if device is None else Uid(device),
        former_device_uid=None if former is None else Uid(former),
        taken_at_ms=fields.optional_millis("taken_at"),
        completed_at_ms=fields.optional_millis("completed_at"),
    )
