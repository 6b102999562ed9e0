"""What stands in the store, as the use cases read and write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import TransactionId
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.units import Kes, Millis

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T_co]):
    """A value as it was read, with the tag that a compare-and-set must find unchanged."""

    value: T_co
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCallback:
    """A callback exactly as it came in. ``body`` is text; undecodable bytes are escaped."""

    evidence_id: str
    body: str
    received_at_ms: Millis
    remote_address: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyRecord:
    """The first request made under a key."""

    transaction_id: TransactionId
    request_hash: str
    created_at_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRecharge:
    """A recharge in the meter's queue; ``acknowledgement`` once the meter has applied it."""

    acknowledgement: Acknowledgement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawConfirmation:
    """A confirmation as it came in: a C2B body, or one row of a Pull, as JSON text."""

    confirmation_id: str  # the receipt number; of an unreadable body a hash of it
    channel: str
    body: str
    received_at_ms: Millis
    remote_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledRows:
    """A page of a Pull; the rows have no time of receipt yet."""

    rows: tuple[RawConfirmation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConfirmation:
    """A stored confirmation: parsed, or why it cannot be; and what became of it so far."""

    confirmation: Confirmation | None
    unreadable: str
    channel: str
    received_at_ms: Millis
    outcome: ConfirmationOutcome | None
    transaction_id: TransactionId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """One STK push."""

    amount_kes: Kes
    msisdn: Msisdn
    account_reference: str
    description: str
    callback_url: str
    merchant: str | None = None  # the short code that is paid; None: the main one
