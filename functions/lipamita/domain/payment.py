"""A payment: its states, the causes that move it, and its delivery.

``MOVES`` and ``DELIVERY_MOVES`` are the whole truth about which moves exist; the diagrams in
docs/data-model.md are generated from them. Paid is never lowered, and money that is told after
a failure still counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lipamita.domain.errors import IllegalMoveError
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.place import OrderedPlace
from lipamita.domain.tariff import Quote
from lipamita.domain.units import Kes, Millis, Wh

NO_MONEY = Kes(0)
NO_ENERGY = Wh(0)
MAX_HISTORY = 64  # a payment makes a handful of moves; more is a defect, and must stay bounded


class Status(StrEnum):
    """Where the money is."""

    CREATED = "created"
    PROMPTED = "prompted"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REVIEW = "review"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class Cause(StrEnum):
    """Why a payment moved."""

    ACKNOWLEDGED = "acknowledgement ResponseCode 0"
    PUSH_REFUSED = "push refused synchronously (closed list)"
    PAYMENT_TOLD = "evidence of payment with receipt and exact amount"
    QUERY_PAID_TWICE = "query says paid, twice, no callback (policy)"
    REFUSAL_TOLD = "final refusal code"
    NO_ANSWER_IN_TIME = "no final answer after 24 h"
    PUSH_UNKNOWN_TOO_LONG = "push unknown for 48 h"
    UNVERIFIED_TOO_LONG = "query says paid, no receipt for 48 h (policy)"
    PAID_BY_HAND = "confirmation of money nobody had asked for"
    CREDITED_BY_TWIN = "its receipt already credited this meter"
    OPERATOR_CREDITED = "an operator credited what was paid"
    EVIDENCE_DIFFERS = "paid, but amount, account or receipt differ"
    DISMISSED = "people saw that no money is behind it"
    MOVED_TO_SUSPENSE = "its money was moved to suspense"
    ADJUSTED = "staff decided about energy without money"
    ENERGY_REFUSED = "the meter had burnt what staff would take"
    TOLD_MONEY_MOVED = "money told beside it was moved to suspense"
    REFUND_BEGUN = "a refund holds its money"
    REFUND_PAID = "all of it was paid back"
    PARTLY_REFUNDED = "a part of it was paid back"
    REFUND_FAILED = "its refund failed, it stays credited"
    LEFT_IN_REVIEW = "its refund failed, or other money of it waits"
    NOTHING_TO_GIVE = "paid for a place that is not to be had any more"


MOVES: tuple[tuple[Status, Cause, Status], ...] = (
    (Status.CREATED, Cause.ACKNOWLEDGED, Status.PROMPTED),
    (Status.CREATED, Cause.PUSH_REFUSED, Status.FAILED),
    (Status.CREATED, Cause.REFUSAL_TOLD, Status.FAILED),
    (Status.CREATED, Cause.PAYMENT_TOLD, Status.PAID),
    (Status.CREATED, Cause.PAID_BY_HAND, Status.PAID),
    (Status.CREATED, Cause.EVIDENCE_DIFFERS, Status.REVIEW),
    (Status.CREATED, Cause.PUSH_UNKNOWN_TOO_LONG, Status.REVIEW),
    (Status.PROMPTED, Cause.PAYMENT_TOLD, Status.PAID),
    (Status.PROMPTED, Cause.QUERY_PAID_TWICE, Status.PAID),
    (Status.PROMPTED, Cause.REFUSAL_TOLD, Status.FAILED),
    (Status.PROMPTED, Cause.EVIDENCE_DIFFERS, Status.REVIEW),
    (Status.PROMPTED, Cause.UNVERIFIED_TOO_LONG, Status.REVIEW),
    (Status.PROMPTED, Cause.NO_ANSWER_IN_TIME, Status.EXPIRED),
    (Status.FAILED, Cause.PAYMENT_TOLD, Status.PAID),
    (Status.FAILED, Cause.EVIDENCE_DIFFERS, Status.REVIEW),
    (Status.EXPIRED, Cause.PAYMENT_TOLD, Status.PAID),
    (Status.EXPIRED, Cause.EVIDENCE_DIFFERS, Status.REVIEW),
    (Status.REVIEW, Cause.OPERATOR_CREDITED, Status.PAID),
    (Status.CREATED, Cause.ADJUSTED, Status.PAID),
    (Status.PAID, Cause.ENERGY_REFUSED, Status.FAILED),  # no money of anybody is behind it
    (Status.REVIEW, Cause.DISMISSED, Status.EXPIRED),
    (Status.REVIEW, Cause.MOVED_TO_SUSPENSE, Status.EXPIRED),
    (Status.PAID, Cause.MOVED_TO_SUSPENSE, Status.EXPIRED),  # never sold: its meter was retired
    (Status.REVIEW, Cause.REFUND_BEGUN, Status.REFUNDING),
    (Status.PAID, Cause.REFUND_BEGUN, Status.REFUNDING),
    (Status.PAID, Cause.NOTHING_TO_GIVE, Status.REVIEW),
    (Status.REFUNDING, Cause.REFUND_PAID, Status.REFUNDED),
    (Status.REVIEW, Cause.REFUND_PAID, Status.REFUNDED),  # the last of several, told beside it
    (Status.REFUNDING, Cause.PARTLY_REFUNDED, Status.PAID),
    (Status.REFUNDING, Cause.REFUND_FAILED, Status.PAID),
    (Status.REFUNDING, Cause.LEFT_IN_REVIEW, Status.REVIEW),
    *(
        (status, Cause.CREDITED_BY_TWIN, Status.PAID)
        for status in (Status.CREATED, Status.PROMPTED, Status.FAILED, Status.EXPIRED)
    ),
    *((status, Cause.TOLD_MONEY_MOVED, status) for status in Status),
)
_NEXT = {(status, cause): to for status, cause, to in MOVES}

OPEN = frozenset({Status.CREATED, Status.PROMPTED})
SETTLED = frozenset({Status.PAID, Status.REFUNDING, Status.REFUNDED})


class DeliveryStatus(StrEnum):
    """Where the energy is."""

    NONE = "none"
    QUEUED = "queued"
    DELIVERED = "delivered"
    TWIN = "twin"
    WITHDRAWN = "withdrawn"


class DeliveryCause(StrEnum):
    """Why a delivery moved."""

    SOLD = "sold total raised, recharge written"
    METER_ACKNOWLEDGED = "meter acknowledged"
    CREDITED_BY_TWIN = "the same receipt was credited under another transaction"
    TAKEN_BY_STAFF = "the meter gave back energy that staff took"
    ALL_GIVEN_BACK = "all of its energy was given back for a refund"
    SEATED = "the place is its own"
    BEGUN = "its time began"
    PLACE_GIVEN_BACK = "the place was given back for a refund"


DELIVERY_MOVES: tuple[tuple[DeliveryStatus, DeliveryCause, DeliveryStatus], ...] = (
    (DeliveryStatus.NONE, DeliveryCause.SOLD, DeliveryStatus.QUEUED),
    (DeliveryStatus.QUEUED, DeliveryCause.METER_ACKNOWLEDGED, DeliveryStatus.DELIVERED),
    (DeliveryStatus.NONE, DeliveryCause.CREDITED_BY_TWIN, DeliveryStatus.TWIN),
    (DeliveryStatus.NONE, DeliveryCause.TAKEN_BY_STAFF, DeliveryStatus.WITHDRAWN),
    (DeliveryStatus.DELIVERED, DeliveryCause.ALL_GIVEN_BACK, DeliveryStatus.WITHDRAWN),
    (DeliveryStatus.NONE, DeliveryCause.SEATED, DeliveryStatus.QUEUED),
    (DeliveryStatus.QUEUED, DeliveryCause.BEGUN, DeliveryStatus.DELIVERED),
    (DeliveryStatus.QUEUED, DeliveryCause.PLACE_GIVEN_BACK, DeliveryStatus.WITHDRAWN),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was bought, on its way. Balances are the meter's own, in Wh, once delivered.

    A place is queued while it waits for its time, and delivered when that begins.
    """

    kind: str = "esp32"
    status: DeliveryStatus = DeliveryStatus.NONE
    energy_wh: Wh | None = None
    sequence: int | None = None
    credited_total_wh: Wh | None = None
    queued_at_ms: Millis | None = None
    delivered_at_ms: Millis | None = None
    balance_before_wh: int | None = None
    balance_after_wh: int | None = None
    withdrawn_wh: Wh = NO_ENERGY


NO_DELIVERY = Delivery()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move in a payment's history. ``source`` names the evidence or answer behind it."""

    at_ms: Millis
    from_status: Status
    to_status: Status
    cause: Cause
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One purchase, from request to delivery (``transactions/{transaction_id}``).

    It is for energy of a meter or for an ordered place: exactly one of the two is set.
    """

    transaction_id: TransactionId
    user_id: Uid
    meter_id: MeterId | None = None
    order: OrderedPlace | None = None
    amount_kes: Kes
    phone_masked: MaskedMsisdn
    quote: Quote
    created_at_ms: Millis
    updated_at_ms: Millis
    nonce: str = ""
    status: Status = Status.CREATED
    reason: str | None = None
    product: str = "electricity"
    channel: str = "stk"
    merchant: str | None = None  # the short code that was paid; None: the main one
    description: str | None = None
    customer_message: str | None = None
    mpesa_receipt: Receipt | None = None
    result_code: str | None = None
    result_desc: str | None = None
    paid_at_ms: Millis | None = None
    paid_unverified_at_ms: Millis | None = None
    queried_at_ms: Millis | None = None
    next_check_at_ms: Millis | None = None
    record_at_ms: Millis | None = None
    archived_at_ms: Millis | None = None
    check_count: int = 0
    evidence_seen: frozenset[str] = frozenset()
    latest_evidence_id: str | None = None
    twin_of: TransactionId | None = None
    payer_key: str = ""
    refund_id: str | None = None
    refunded_kes: Kes = NO_MONEY
    delivery: Delivery = NO_DELIVERY
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if (self.meter_id is None) == (self.order is None):
            raise ValueError("a payment is for a meter or for an order")

    @property
    def charged_meter(self) -> MeterId:
        """The meter that is charged. Raises IllegalMoveError for the payment of a place."""
        if self.meter_id is None:
            raise IllegalMoveError("no_meter", f"{self.transaction_id} is for no meter")
        return self.meter_id

    @property
    def account(self) -> str:
        """The account number that it is paid under: the meter's or the order's."""
        return self.charged_meter if self.order is None else self.order.order_id

    @property
    def has_unseen_evidence(self) -> bool:
        """Evidence was stored that no decision has considered yet: the payment must stay due."""
        return self.latest_evidence_id not in (None, *self.evidence_seen)


def allowed(status: Status, cause: Cause) -> bool:
    """Whether the table has a move for that cause in that state."""
    return (status, cause) in _NEXT


def move(payment: Payment, cause: Cause, *, now_ms: Millis, source: str = "") -> Payment:
    """The payment after the move, with the step in its history.

    Raises IllegalMoveError when the table has no such move.
    """
    to_status = _NEXT.get((payment.status, cause))
    if to_status is None:
        raise IllegalMoveError(
            "illegal_move", f"no move from {payment.status} for the cause: {cause}"
        )
    step = Step(
        at_ms=now_ms,
        from_status=payment.status,
        to_status=to_status,
        cause=cause,
        source=source,
    )
    return replace(
        payment,
        status=to_status,
        updated_at_ms=now_ms,
        history=(*payment.history, step)[-MAX_HISTORY:],
    )
