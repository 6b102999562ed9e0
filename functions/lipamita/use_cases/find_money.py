"""Where the money of a receipt stands, and how much of it may be given back."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain import suspense
from lipamita.domain.errors import ConflictError, NotFoundError
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.payment import Payment, Status
from lipamita.domain.refund import MoneyFrom
from lipamita.domain.refund_hold import SOLD, refunded_so_far
from lipamita.domain.refund_value import energy_for, money_for, refundable_kes
from lipamita.domain.review import Told
from lipamita.domain.review_decision import why_not_refund
from lipamita.domain.units import Kes, Wh
from lipamita.use_cases.bring_back import payment_of
from lipamita.use_cases.read_review import read_matter
from lipamita.use_cases.refund_place import unused_kes
from lipamita.use_cases.told_money import confirmed_kes
from lipamita.use_cases.vend import VENDED_KIND
from lipamita.use_cases.world import World

NO_ENERGY = Wh(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Money that may be refunded: ``amount_kes`` of the ``paid_kes`` of one receipt."""

    money_from: MoneyFrom
    paid_kes: Kes
    amount_kes: Kes
    energy_wh: Wh = NO_ENERGY
    transaction_id: TransactionId | None = None
    meter_id: MeterId | None = None
    payment: Payment | None = None

    @property
    def is_whole(self) -> bool:
        """All that the receipt brought."""
        return self.amount_kes == self.paid_kes


def find_money(receipt: Receipt, amount_kes: Kes | None, world: World) -> Found:
    """Where it stands now; holding it decides. ``amount_kes`` None: all that may be refunded.

    Raises NotFoundError (unknown_receipt) and ConflictError (not_refundable, nothing_unused,
    more_than_unused, amount_needed).
    """
    payment = payment_of(receipt, world)
    if payment is None:
        return _in_suspense(receipt, amount_kes, world)
    if payment.mpesa_receipt == receipt and payment.status is Status.PAID:
        return _credited(payment, amount_kes, world)
    return _told(payment, receipt, amount_kes, world)


def unused_wh(meter_id: MeterId, world: World) -> int:
    """Energy sold to the meter that it had not burnt when it last reported. The meter decides."""
    register, meter = world.store.read_register(meter_id).value, world.store.read_meter(meter_id)
    if register is None or meter is None:
        return 0
    sold_wh = register.credited_total_wh - register.withdrawn_total_wh
    return sold_wh - (meter.energy_consumed_total_wh or 0)


def _credited(payment: Payment, amount_kes: Kes | None, world: World) -> Found:
    if payment.delivery.status not in SOLD:
        raise _not_refundable(f"the payment's delivery is {payment.delivery.status}")
    if payment.order is not None:
        return _place(payment, amount_kes, world)
    meter_id = payment.charged_meter
    meter = world.store.read_meter(meter_id)
    if meter is not None and meter.kind == VENDED_KIND:
        raise _not_refundable(f"a {VENDED_KIND} meter gives no energy back")
    before = refunded_so_far(payment)
    most_kes = money_for(payment.quote, unused_wh(meter_id, world), before)
    if most_kes <= 0:
        raise ConflictError("nothing_unused", "all that this payment bought was used or refunded")
    wanted_kes = most_kes if amount_kes is None else amount_kes
    if wanted_kes > most_kes:
        raise ConflictError(
            "more_than_unused",
            f"only KES {most_kes} of KES {refundable_kes(payment.quote)} are unused",
            field="amount",
        )
    return Found(
        money_from=MoneyFrom.PAYMENT,
        paid_kes=payment.amount_kes,
        amount_kes=wanted_kes,
        energy_wh=energy_for(payment.quote, wanted_kes, before),
        transaction_id=payment.transaction_id,
        meter_id=meter_id,
        payment=payment,
    )


def _place(payment: Payment, amount_kes: Kes | None, world: World) -> Found:
    return Found(
        money_from=MoneyFrom.PAYMENT,
        paid_kes=payment.amount_kes,
        amount_kes=unused_kes(payment, amount_kes, now_ms=world.clock()),
        transaction_id=payment.transaction_id,
        payment=payment,
    )


def _told(payment: Payment, receipt: Receipt, amount_kes: Kes | None, world: World) -> Found:
    try:
        matter = read_matter(payment.transaction_id, world)
    except NotFoundError:
        raise _not_refundable(f"its payment is {payment.status}") from None
    refused = why_not_refund(matter, receipt)
    if refused is not None:
        raise refused
    assert matter.payment is not None, "one that cannot be read is refused"
    told = [one for one in matter.case.told if one.receipt == receipt]
    paid_kes = _amount(receipt, told, amount_kes, world)
    in_review = matter.payment.status is Status.REVIEW
    return Found(
        money_from=MoneyFrom.REVIEW if in_review else MoneyFrom.BESIDE,
        paid_kes=paid_kes,
        amount_kes=paid_kes,
        transaction_id=payment.transaction_id,
        payment=matter.payment,
    )


def _amount(receipt: Receipt, told: list[Told], amount_kes: Kes | None, world: World) -> Kes:
    """What the statement says, in the operator's words; what a callback told may be lossy.

    A confirmation is not: its amount it must be. And a part is never refunded of money that was not
    credited: once its receipt is decided about, nobody would see the rest any more.
    """
    exact_kes = confirmed_kes(receipt, world)
    known = {one.amount_kes for one in told if one.amount_kes is not None}
    if exact_kes is not None:
        known = {exact_kes}
    if amount_kes is None:
        if len(known) != 1:
            raise ConflictError(
                "amount_needed", "say the amount that the M-PESA statement shows", field="amount"
            )
        return known.pop()
    if amount_kes < min(known, default=0) or exact_kes not in (None, amount_kes):
        raise ConflictError(
            "more_than_unused",
            f"KES {exact_kes or min(known)} were told for that receipt; all of it goes back",
            field="amount",
        )
    return amount_kes


def _in_suspense(receipt: Receipt, amount_kes: Kes | None, world: World) -> Found:
    read = world.store.read_suspense(receipt)
    if read is None:
        raise NotFoundError("unknown_receipt", f"nothing is known of {receipt}", field="receipt")
    item = read.value
    refused, paid_kes = suspense.why_not_refund(item), item.amount_kes
    if refused is not None:
        raise refused
    assert paid_kes is not None, "an amount that is not whole is refused"
    if amount_kes not in (None, paid_kes):
        raise ConflictError(
            "more_than_unused",
            f"exactly KES {paid_kes} are in suspense; all of it goes back",
            field="amount",
        )
    return Found(money_from=MoneyFrom.SUSPENSE, paid_kes=paid_kes, amount_kes=paid_kes)


def _not_refundable(why: str) -> ConflictError:
    return ConflictError("not_refundable", f"that receipt cannot be refunded: {why}")
