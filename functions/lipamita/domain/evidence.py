"""What somebody told us about a payment, parsed but not yet believed."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.ids import Receipt
from lipamita.domain.units import Kes, Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class StkCallback:
    """An STK callback. ``result_code`` and all that follows is None where it cannot be read.

    ``amount_kes`` is None for a missing amount and for one that is not whole shillings.
    """

    evidence_id: str
    received_at_ms: Millis
    checkout_request_id: str | None
    merchant_request_id: str | None
    result_code: str | None
    result_desc: str
    receipt: Receipt | None
    amount_kes: Kes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableCallback:
    """A body that is no STK callback. It is kept; ``why`` says what was wrong with it."""

    evidence_id: str
    received_at_ms: Millis
    why: str


Callback = StkCallback | UnreadableCallback


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """Daraja's answer to an STK query. It names no receipt and no amount.

    ``result_code`` is None when the answer said nothing about the money (in flight in one of its
    shapes, an error envelope, a rate limit, HTML, no answer at all).
    """

    result_code: str | None
    result_desc: str
    asked_at_ms: Millis
    throttled: bool = False  # Daraja did not listen: it was asked too often


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAcknowledged:
    """Daraja accepted the push: a prompt is on its way. Nothing is paid yet."""

    merchant_request_id: str
    checkout_request_id: str
    customer_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRefused:
    """Daraja refused for certain, or was never reached: no prompt exists.

    ``code`` is ours, ``detail`` is Daraja's own words for the log and the operator.
    """

    code: str
    message: str
    detail: str
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PushUnclear:
    """No answer, or none that settles whether a prompt was sent. Never send it again."""

    why: str


PushAnswer = PushAcknowledged | PushRefused | PushUnclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """M-Pesa says that it holds money for us: a C2B confirmation or a row of a Pull. Final.

    ``amount_kes`` is None when it is not whole shillings. ``account`` is what the payer typed, or
    the AccountReference of an STK push. ``paid_at_ms`` is M-Pesa's own time, None if
    a row of a Pull has none that can be read.
    """

    receipt: Receipt
    channel: str
    amount_kes: Kes | None
    account: str
    paid_at_ms: Millis | None
    received_at_ms: Millis
    paid_code: str | None = None  # the short code or till that was paid; None: it did not say
