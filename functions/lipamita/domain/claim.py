"""The claim of a meter number by one board: a code to type, used once.

| secret       | who has it                          | what it proves                       |
|--------------|-------------------------------------|--------------------------------------|
| claim code   | the operator made it, a person types| this meter number may be taken       |
| label secret | printed on the board, once each     | the one who asks is that very board  |

Neither opens anything without the other. The server keeps only a hash of the code, and of the
label's secret a key derived from it, and forgets both when the claim is complete.

| from        | cause                                   | to                                      |
|-------------|-----------------------------------------|-----------------------------------------|
| -           | an operator asks                        | open (a former claim ends)              |
| open        | right code and proof                    | taken by that nonce                     |
| open        | wrong code or proof                     | open, a try less; the last one ends it  |
| taken       | right code and proof, the same nonce    | taken: the same answer again            |
| taken       | the board says it holds the answer      | complete                                |
| open, taken | expires_at_ms has passed                | ended; what was taken can be completed  |
| open, taken | an operator shuts the meter's board out | ended: a repeat is refused              |
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.crockford import typed
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import DAY_MS, Millis, Wh

CODE_CHARACTERS = 20  # 95 bits of chance and a check character, typed as 4 groups of 5
LABEL_SECRET_CHARACTERS = 16  # 75 bits and a check character; also the portal's Wi-Fi password
CLAIM_LIFE_MS = DAY_MS
MAX_TRIES = 20
_HARDWARE_ID = re.compile(r"[0-9A-F]{12}", re.ASCII)
_HEX_128 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX_256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """``claims/{meter_id}``. The secrets are None once the claim is complete."""

    claim_id: str
    hardware_id: str
    code_hash: str | None
    proof_key: str | None
    created_by: Uid
    created_at_ms: Millis
    expires_at_ms: Millis
    tries_left: int
    nonce: str | None = None
    device_uid: Uid | None = None
    former_device_uid: Uid | None = None  # the account that this claim shuts out
    taken_at_ms: Millis | None = None
    completed_at_ms: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """What a board sends. ``proof`` as made by ``claim_proof``."""

    meter_id: MeterId
    code: str
    hardware_id: str
    nonce: str
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Where the meter's registers start: what was sold to it, and what it last reported."""

    credited_total_wh: Wh
    withdrawn_total_wh: Wh
    consumed_total_wh: Wh
    sequence: int


class Verdict(StrEnum):
    """What a request to claim comes to."""

    TAKEN = "taken"
    WRONG = "wrong"  # costs a try
    ENDED = "ended"
    USED = "used"  # the right code and board, but another nonce was first


def judge(claim: Claim, request: ClaimRequest, *, now_ms: Millis) -> Verdict:
    """What that request comes to, whoever sent it."""
    if claim.completed_at_ms is not None or claim.code_hash is None or claim.proof_key is None:
        return Verdict.ENDED
    if now_ms >= claim.expires_at_ms or (claim.nonce is None and claim.tries_left <= 0):
        return Verdict.ENDED
    expected = claim_proof(claim.proof_key, request)
    right_code = hmac.compare_digest(code_hash(request.meter_id, request.code), claim.code_hash)
    right_proof = hmac.compare_digest(expected, request.proof)
    if not (right_code and right_proof and request.hardware_id == claim.hardware_id):
        return Verdict.WRONG
    if claim.nonce is not None and claim.nonce != request.nonce:
        return Verdict.USED
    return Verdict.TAKEN


def missed(claim: Claim) -> Claim:
    """The claim with a try less; one that is taken is decided and loses none."""
    if claim.nonce is not None:
        return claim
    return replace(claim, tries_left=max(claim.tries_left - 1, 0))


def taken(
    claim: Claim, request: ClaimRequest, *, former_device_uid: Uid | None, now_ms: Millis
) -> Claim:
    """The claim in the hands of that board; the same claim if it already is."""
    if claim.nonce is not None:
        return claim
    return replace(
        claim,
        nonce=request.nonce,
        device_uid=device_uid(request.meter_id, claim.claim_id),
        former_device_uid=former_device_uid,
        taken_at_ms=now_ms,
    )


def completed(claim: Claim, *, now_ms: Millis) -> Claim:
    """The claim without its secrets; the same claim if it already is complete."""
    if claim.completed_at_ms is not None:
        return claim
    return replace(claim, completed_at_ms=now_ms, code_hash=None, proof_key=None)


def ended(claim: Claim) -> Claim:
    """The claim without its secrets, so that it opens nothing more; a complete one is as it was."""
    return replace(claim, code_hash=None, proof_key=None)


def was_ended(claim: Claim) -> bool:
    """Whether an operator ended it before the board said that it holds the answer."""
    return claim.completed_at_ms is None and claim.code_hash is None


def code_hash(meter_id: MeterId, code: str) -> str:
    """What is kept of a code. It has 95 bits of chance, so a plain hash cannot be searched."""
    return hashlib.sha256(f"claim-code|{meter_id}|{code}".encode()).hexdigest()


def proof_key(label_secret: str) -> str:
    """HMAC-SHA256(label secret, "claim-proof"), hex: says nothing about the portal's password."""
    return hmac.new(label_secret.encode(), b"claim-proof", hashlib.sha256).hexdigest()


def claim_proof(key: str, request: ClaimRequest) -> str:
    """HMAC-SHA256(proof key, "claim|meter_id|code|hardware_id|nonce"), hex."""
    message = f"claim|{request.meter_id}|{request.code}|{request.hardware_id}|{request.nonce}"
    return hmac.new(bytes.fromhex(key), message.encode(), hashlib.sha256).hexdigest()


def device_uid(meter_id: MeterId, claim_id: str) -> Uid:
    """The account of one claim: a repeated answer names the same, a new claim another."""
    return Uid(f"device-{meter_id.lower()}-{claim_id}")


def device_password(master_secret: str, claim: Claim) -> str:
    """The account's password, the same for every repeat of one answer and for no other claim.

    Derived, not drawn: two answers to the same request that overtake each other must agree.
    """
    message = f"device-password|{claim.claim_id}|{claim.nonce}"
    return hmac.new(master_secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def totals_mac(key: bytes, meter_id: MeterId, nonce: str, totals: Totals) -> str:
    """HMAC-SHA256(device key, "totals|...") over the registers and the nonce, hex."""
    message = (
        f"totals|{meter_id}|{nonce}|{totals.credited_total_wh}|{totals.withdrawn_total_wh}"
        f"|{totals.consumed_total_wh}|{totals.sequence}"
    )
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def receipt_mac(key: bytes, meter_id: MeterId, nonce: str) -> str:
    """HMAC-SHA256(device key, "claimed|meter_id|nonce"), hex: the board holds its key."""
    return hmac.new(key, f"claimed|{meter_id}|{nonce}".encode(), hashlib.sha256).hexdigest()


def parse_code(value: object, *, field: str = "code") -> str:
    """A claim code as typed. Raises InvalidInputError."""
    return _secret(value, field, CODE_CHARACTERS, "the claim code: 4 groups of 5")


def parse_label_secret(value: object, *, field: str = "label_secret") -> str:
    """The secret printed on a board's label, as typed. Raises InvalidInputError."""
    return _secret(value, field, LABEL_SECRET_CHARACTERS, "the label's secret: 4 groups of 4")


def parse_hardware_id(value: object, *, field: str = "hardware_id") -> str:
    """The number of a board as printed, with or without colons. Raises InvalidInputError."""
    plain = value.replace(":", "").upper() if isinstance(value, str) else ""
    if not _HARDWARE_ID.fullmatch(plain):
        raise InvalidInputError(
            "invalid_hardware_id",
            f"{field} must be the 12 digits and letters 0-9, A-F on the board's label",
            field=field,
        )
    return plain


def parse_nonce(value: object, *, field: str = "nonce") -> str:
    """Drawn by the board, once for each claim. Raises InvalidInputError."""
    if not isinstance(value, str) or not _HEX_128.fullmatch(value):
        raise InvalidInputError(
            "invalid_nonce", f"{field} must be 32 lower-case hexadecimal digits", field=field
        )
    return value


def parse_proof(value: object, *, field: str = "proof") -> str:
    """An HMAC-SHA256 in hex. Raises InvalidInputError."""
    if not isinstance(value, str) or not _HEX_256.fullmatch(value):
        raise InvalidInputError(
            "invalid_proof", f"{field} must be 64 lower-case hexadecimal digits", field=field
        )
    return value


def _secret(value: object, field: str, characters: int, wanted: str) -> str:
    secret = typed(value, characters=characters) if isinstance(value, str) else None
    if secret is None:
        raise InvalidInputError(
            f"invalid_{field}",
            f"{field} must be {wanted} letters and digits; it was mistyped",
            field=field,
        )
    return secret
