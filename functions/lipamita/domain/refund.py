"""A refund: its states, and the causes that move it.

``REFUND_MOVES`` is the whole truth about which moves exist; the diagram in docs/data-model.md is
generated from it. Energy is back before money leaves; money is sent by the one process that moved
the refund to ``sending``; what is not known is never sent again, except by people who looked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from lipamita.domain.errors import IllegalMoveError
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.money_out import Method
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.units import Kes, Millis, Wh

RefundId = NewType("RefundId", str)

MAX_HISTORY = 64


class RefundStatus(StrEnum):
    """Where the refund stands."""

    REQUESTED = "requested"
    WAITING = "waiting_for_second_person"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUNDED = "refunded"
    FAILED = "failed"
    REVIEW = "review"


class RefundCause(StrEnum):
    """Why a refund moved."""

    SECONDED = "a second person said the same"
    NOT_SECONDED = "nobody seconded it for 7 days"
    MONEY_HELD = "money held, its energy to be taken back"
    NOTHING_TO_WITHDRAW = "money held, it never became energy"
    NOT_HELD = "the money is not free to be refunded any more"
    METER_GAVE_BACK = "meter acknowledged the withdrawal"
    METER_REFUSED = "meter refused the withdrawal"
    ABOUT_TO_SEND = "own id stored, about to send"
    TAKEN = "Daraja took the request"
    NOT_TAKEN = "Daraja did not take the request"
    NO_CLEAR_ANSWER = "no answer, or none that settles it"
    TIMEOUT_TOLD = "QueueTimeOut, or a result that settles nothing"
    PAID_TOLD = "result: paid"
    REFUSED_TOLD = "result: refused, no money moved"
    PAID_DIFFERS = "result: paid, but another amount"
    UNKNOWN_TOO_LONG = "not known for 48 h"
    OPERATOR_SAW_IT = "an operator saw it on the statement"
    OPERATOR_SENDS = "an operator saw that it was not paid, and sends it"
    OPERATOR_GAVE_UP = "an operator saw that it was not paid, and leaves the money where it was"


_IN_FLIGHT = (RefundStatus.SENDING, RefundStatus.SENT, RefundStatus.UNKNOWN)

REFUND_MOVES: tuple[tuple[RefundStatus, RefundCause, RefundStatus], ...] = (
    (RefundStatus.WAITING, RefundCause.SECONDED, RefundStatus.REQUESTED),
    (RefundStatus.WAITING, RefundCause.NOT_SECONDED, RefundStatus.FAILED),
    (RefundStatus.REQUESTED, RefundCause.MONEY_HELD, RefundStatus.WITHDRAWING),
    (RefundStatus.REQUESTED, RefundCause.NOTHING_TO_WITHDRAW, RefundStatus.WITHDRAWN),
    (RefundStatus.REQUESTED, RefundCause.NOT_HELD, RefundStatus.FAILED),
    (RefundStatus.WITHDRAWING, RefundCause.METER_GAVE_BACK, RefundStatus.WITHDRAWN),
    (RefundStatus.WITHDRAWING, RefundCause.METER_REFUSED, RefundStatus.FAILED),
    (RefundStatus.WITHDRAWN, RefundCause.ABOUT_TO_SEND, RefundStatus.SENDING),
    (RefundStatus.SENDING, RefundCause.TAKEN, RefundStatus.SENT),
    (RefundStatus.SENDING, RefundCause.NOT_TAKEN, RefundStatus.REVIEW),
    (RefundStatus.SENDING, RefundCause.NO_CLEAR_ANSWER, RefundStatus.UNKNOWN),
    (RefundStatus.SENT, RefundCause.TIMEOUT_TOLD, RefundStatus.UNKNOWN),
    *((status, RefundCause.PAID_TOLD, RefundStatus.REFUNDED) for status in _IN_FLIGHT),
    *((status, RefundCause.REFUSED_TOLD, RefundStatus.REVIEW) for status in _IN_FLIGHT),
    *((status, RefundCause.PAID_DIFFERS, RefundStatus.REVIEW) for status in _IN_FLIGHT),
    (RefundStatus.SENT, RefundCause.UNKNOWN_TOO_LONG, RefundStatus.REVIEW),
    (RefundStatus.UNKNOWN, RefundCause.UNKNOWN_TOO_LONG, RefundStatus.REVIEW),
    # Told late of an attempt before, while the next one is about to be sent: it is not sent.
    (RefundStatus.WITHDRAWN, RefundCause.PAID_TOLD, RefundStatus.REFUNDED),
    (RefundStatus.WITHDRAWN, RefundCause.PAID_DIFFERS, RefundStatus.REVIEW),
    (RefundStatus.REVIEW, RefundCause.PAID_TOLD, RefundStatus.REFUNDED),
    (RefundStatus.REVIEW, RefundCause.OPERATOR_SAW_IT, RefundStatus.REFUNDED),
    (RefundStatus.REVIEW, RefundCause.OPERATOR_SENDS, RefundStatus.WITHDRAWN),
    (RefundStatus.REVIEW, RefundCause.OPERATOR_GAVE_UP, RefundStatus.FAILED),
)
_NEXT = {(status, cause): to for status, cause, to in REFUND_MOVES}

ENDED = frozenset({RefundStatus.REFUNDED, RefundStatus.FAILED})


class MoneyFrom(StrEnum):
    """Where the money stood when its refund was asked for."""

    PAYMENT = "payment"  # credited: energy must come back
    REVIEW = "review"  # told for a payment in review, never credited
    BESIDE = "beside"  # told for a payment that took another receipt
    SUSPENSE = "suspense"  # paid by hand, never given to a meter


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStep:
    """One move in a refund's history. ``source`` names the evidence or person behind it."""

    at_ms: Millis
    from_status: RefundStatus
    to_status: RefundStatus
    cause: RefundCause
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money of one receipt on its way back (``refunds/{refund_id}``).

    ``own_id`` is the OriginatorConversationID of the latest attempt, stored before it is sent;
    ``asked_id`` is what Daraja knows the attempt by. ``paid_kes`` is all that the receipt brought.
    """

    refund_id: RefundId
    receipt: Receipt
    money_from: MoneyFrom
    method: Method
    paid_kes: Kes
    amount_kes: Kes
    energy_wh: Wh
    asked_by: Uid
    why: str
    created_at_ms: Millis
    updated_at_ms: Millis
    status: RefundStatus = RefundStatus.REQUESTED
    reason: str | None = None
    transaction_id: TransactionId | None = None
    meter_id: MeterId | None = None
    phone_masked: MaskedMsisdn | None = None
    seconded_by: Uid | None = None
    attempt: int = 0
    own_id: str | None = None
    asked_id: str | None = None
    sent_at_ms: Millis | None = None
    status_asked_at_ms: Millis | None = None
    paid_receipt: Receipt | None = None
    next_check_at_ms: Millis | None = None
    check_count: int = 0
    results_seen: frozenset[str] = frozenset()
    latest_result_id: str | None = None
    history: tuple[RefundStep, ...] = ()

    @property
    def has_unseen_result(self) -> bool:
        """A result was stored that no decision has considered yet: the refund must stay due."""
        return self.latest_result_id not in (None, *self.results_seen)


def move_refund(refund: Refund, cause: RefundCause, *, now_ms: Millis, source: str = "") -> Refund:
    """The refund after the move, due now. Raises IllegalMoveError for one the table has not."""
    to_status = _NEXT.get((refund.status, cause))
    if to_status is None:
        raise IllegalMoveError("illegal_move", f"no move from {refund.status}: {cause}")
    step = RefundStep(
        at_ms=now_ms,
        from_status=refund.status,
        to_status=to_status,
        cause=cause,
        source=source,
    )
    return replace(
        refund,
        status=to_status,
        updated_at_ms=now_ms,
        next_check_at_ms=now_ms,
        check_count=0,
        history=(*refund.history, step)[-MAX_HISTORY:],
    )


def allowed_refund(status: RefundStatus, cause: RefundCause) -> bool:
    """Whether the table has a move for that cause in that state."""
    return (status, cause) in _NEXT
