"""Staff give energy to a meter, or take it, without money: once for each request, with a reason.

The payment that stands for it is created under the id that the Idempotency-Key claimed; from there
it goes the way of every payment to the meter's queue, or to a signed withdrawal. Above what one
person may decide alone, the first only proposes, and the second one's word uses the proposal up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.adjustment import Adjustment, adjustment_quote
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Caller, Meter
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.payment import Cause, Payment, move
from lipamita.domain.schedule import first_in_line
from lipamita.domain.tariff import Quote
from lipamita.domain.two_people import Proposal, needs_two_people
from lipamita.domain.units import Millis, Wh, month_eat
from lipamita.use_cases.agree import agree
from lipamita.use_cases.claim_request import Request, claim_id, earlier_id
from lipamita.use_cases.fulfil import fulfil
from lipamita.use_cases.register_meter import find_meter
from lipamita.use_cases.vend import VENDED_KIND
from lipamita.use_cases.world import World

NOBODY = Uid("staff")  # whose history it is in for a meter that has no owner
NO_PHONE = MaskedMsisdn("none")
MAX_SOURCE = 128
USED_UP = Millis(0)  # the time of a proposal that was used: lapsed, so anybody may replace it


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentOrder:
    """A parsed request; the same caller and key are the same adjustment."""

    meter_id: MeterId
    direction: Adjustment
    energy_wh: Wh
    why: str
    idempotency_key: str
    caller: Caller

    @property
    def request(self) -> Request:
        """What its Idempotency-Key stands for."""
        asked = (self.meter_id, self.direction.value, str(self.energy_wh), self.why)
        return Request(
            uid=self.caller.uid,
            kind="adjustment",
            idempotency_key=self.idempotency_key,
            asked=asked,
        )


def adjust_meter(order: AdjustmentOrder, world: World) -> Payment | None:
    """The payment that stands for it; None when a second person must say the same.

    Raises ForbiddenError, NotFoundError, InvalidInputError (invalid_energy_wh), BusyError,
    ConflictError (meter_not_ready, idempotency_key_reused, another_proposal).
    """
    if not order.caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
    earlier = earlier_id(order.request, world)
    standing = None if earlier is None else world.store.read_payment(earlier)
    if standing is not None:
        return fulfil(standing.value, world)
    meter = find_meter(order.meter_id, world)
    quote = _quote(order, meter, world)
    transaction_id = claim_id(order.request, world)
    if needs_two_people(quote.amount_kes) and not _is_seconded(order, transaction_id, world):
        return None
    payment = _payment(order, meter, quote, transaction_id, world)
    if world.store.create_payment(payment):  # by transaction_id; a repeat finds it
        world.log.payment_requested(payment)
    read = world.store.read_payment(transaction_id)
    return fulfil(payment if read is None else read.value, world)


def _quote(order: AdjustmentOrder, meter: Meter, world: World) -> Quote:
    tariff = world.store.read_tariff(meter.tariff_id)
    if meter.is_retired or meter.kind == VENDED_KIND or tariff is None:
        raise ConflictError("meter_not_ready", "energy of this meter cannot be adjusted")
    now_ms = world.clock()
    return adjustment_quote(tariff.in_force(now_ms), order.energy_wh, month=month_eat(now_ms))


def _is_seconded(order: AdjustmentOrder, transaction_id: TransactionId, world: World) -> bool:
    """Whether two people said it, for this one adjustment."""
    subject, used = f"adjust-{order.meter_id}", f"used for {transaction_id}"
    old = world.store.read_proposal(subject)
    if old.value is not None and old.value.what == used:
        return True
    mine = Proposal(
        by=order.caller.uid,
        what=f"{order.direction.value} {order.energy_wh} Wh",
        why=order.why,
        at_ms=world.clock(),
    )
    if not agree(subject, mine, world):
        return False
    old = world.store.read_proposal(subject)
    if old.value is None or old.value.what != mine.what or old.value.by == mine.by:
        raise BusyError("busy", "somebody else decides about this meter; look again")
    if not world.store.replace_proposal(subject, old, replace(mine, what=used, at_ms=USED_UP)):
        raise BusyError("busy", "somebody else decides about this meter; look again")
    return True


def _payment(
    order: AdjustmentOrder, meter: Meter, quote: Quote, transaction_id: TransactionId, world: World
) -> Payment:
    now_ms = world.clock()
    created = Payment(
        transaction_id=transaction_id,
        user_id=meter.owner_uid or NOBODY,
        meter_id=meter.meter_id,
        amount_kes=quote.amount_kes,
        phone_masked=NO_PHONE,
        product=order.direction.value,
        channel="manual",
        quote=quote,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )
    source = f"{order.caller.uid}: {order.why}"[:MAX_SOURCE]
    decided = move(created, Cause.ADJUSTED, now_ms=now_ms, source=source)
    return replace(decided, paid_at_ms=now_ms, next_check_at_ms=first_in_line(now_ms))
