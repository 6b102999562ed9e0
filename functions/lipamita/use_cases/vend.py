"""Carry a queued recharge to a meter that only another cloud can reach. Sent once, then read back.

The order of writes: the intent (by compare-and-set; who wins it sends), the charge, then, once the
meter's own totals show it, the acknowledgement that an ESP32 would write itself. Dying anywhere
leaves an intent that nobody sends again: its charge shows in the totals, or a person decides.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.decided import Decided
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.recharge import Acknowledgement, SoldEntry
from lipamita.domain.units import Millis
from lipamita.domain.vending import (
    MIN_UNITS,
    UNIT_WH,
    Reading,
    Vend,
    VendOutcome,
    VendStatus,
    judge_vend,
    units_of,
)
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.close_recharge import close_entry, close_recharge
from lipamita.use_cases.records import Versioned
from lipamita.use_cases.vend_ports import VendingCloud
from lipamita.use_cases.world import World

VENDED_KIND = "tuya"
UNCERTAIN = "delivery_uncertain"
SYSTEM = Uid("lipamita")  # who closes what its meter has decided


def is_sellable(meter: Meter, world: World) -> bool:
    """Whether energy can be brought to a meter of this kind here."""
    if meter.kind == VENDED_KIND:
        return world.vending is not None and meter.device_uid is not None
    return meter.kind == "esp32"


def vend(payment: Payment, world: World) -> Payment:
    """The payment after all that can be done for its delivery now; unchanged for other kinds."""
    cloud = world.vending
    waits = payment.status is Status.PAID and payment.delivery.status is DeliveryStatus.QUEUED
    if cloud is None or not waits:
        return payment
    meter = world.store.read_meter(payment.charged_meter)
    if meter is None or meter.kind != VENDED_KIND or meter.device_uid is None:
        return payment
    old = world.store.read_vend(payment.transaction_id)
    if old.value is None:
        if _is_below_a_unit(payment, world):  # nothing to charge; it comes with the next sale
            return acknowledge(payment, cloud.read(meter.device_uid), world)
        if not send_charge(payment, old, meter.device_uid, cloud, world):
            return payment
        old = world.store.read_vend(payment.transaction_id)
    if old.value is None or old.value.status is VendStatus.UNCERTAIN:
        return payment
    return _read_back(payment, old, old.value, cloud.read(meter.device_uid), world)


def send_charge(
    payment: Payment, old: Versioned[Vend | None], device_id: str, cloud: VendingCloud, world: World
) -> bool:
    """Store the intent and send it, if it is this payment's turn and the meter can be read."""
    entry = _entry_in_turn(payment, world)
    before = None if entry is None else cloud.read(device_id)
    if entry is None or before is None:
        return False
    intent = Vend(
        meter_id=payment.charged_meter,
        attempt=1 if old.value is None else old.value.attempt + 1,
        units=units_of(entry),
        before_units=_charged_before(payment, entry, before, world),
        before_at_ms=before.at_ms,
        intended_at_ms=world.clock(),
    )
    if intent.units < MIN_UNITS:
        _to_a_person(payment, intent, world)
        uncertain = replace(intent, status=VendStatus.UNCERTAIN)
        world.store.replace_vend(payment.transaction_id, old, uncertain)
        return False
    if not world.store.replace_vend(payment.transaction_id, old, intent):
        return False
    cloud.charge(device_id, intent.units)  # once: what it says is not what the meter did
    return True


def acknowledge(payment: Payment, reading: Reading | None, world: World) -> Payment:
    """Close the delivery as the meter's own acknowledgement would."""
    now_ms = world.clock()
    balance_wh = 0 if reading is None else reading.balance_units * UNIT_WH
    world.store.acknowledge_recharge(
        payment.charged_meter,
        payment.transaction_id,
        Acknowledgement(processed_at_ms=now_ms, balance_after_wh=balance_wh),
    )
    return close_recharge(payment.charged_meter, payment.transaction_id, world) or payment


def _entry_in_turn(payment: Payment, world: World) -> SoldEntry | None:
    """The sale, once all earlier ones of the meter are closed: two charges at once could not be
    told apart in its totals.
    """
    register = world.store.read_register(payment.charged_meter).value
    entry = register.entries.get(payment.transaction_id) if register else None
    if register is None or entry is None:
        return None
    open_before = [
        key
        for key, one in register.entries.items()
        if one.closed_at_ms is None and one.sequence < entry.sequence
    ]
    return entry if all(_is_over(payment, key, world) for key in open_before) else None


def _charged_before(payment: Payment, entry: SoldEntry, before: Reading, world: World) -> int:
    """What the meter was charged before this sale. A report that is older than the end of the sale
    before, which a person may have seen at the meter, can lack that charge; were it believed, the
    charge would pass for this one as soon as it shows.
    """
    register = world.store.read_register(payment.charged_meter).value
    entries = {} if register is None else register.entries
    earlier = [(one.sequence, key) for key, one in entries.items() if one.sequence < entry.sequence]
    for _, key in sorted(earlier, reverse=True):  # the register keeps a bounded number of them
        last, closed_at_ms = world.store.read_vend(key).value, entries[key].closed_at_ms
        if last is None:  # below a unit: nothing was charged for it
            continue
        is_older = closed_at_ms is None or before.at_ms <= closed_at_ms
        known_units = last.before_units + last.units
        return max(before.charged_units, known_units) if is_older else before.charged_units
    return before.charged_units


def _is_below_a_unit(payment: Payment, world: World) -> bool:
    """Whether its turn has come and there is nothing to send: a monthly charge took the money."""
    entry = _entry_in_turn(payment, world)
    return entry is not None and units_of(entry) == 0


def _is_over(payment: Payment, earlier: TransactionId, world: World) -> bool:
    """Whether an earlier sale of the meter was delivered, though the register does not say so:
    whoever closed it died before it could, and everybody behind it would wait for ever.
    """
    read = world.store.read_payment(earlier)
    if read is not None and read.value.delivery.status is not DeliveryStatus.DELIVERED:
        return False
    close_entry(payment.charged_meter, earlier, world.store, world.clock())
    return True


def _read_back(
    payment: Payment,
    old: Versioned[Vend | None],
    standing: Vend,
    reading: Reading | None,
    world: World,
) -> Payment:
    outcome = judge_vend(standing, reading, now_ms=world.clock())
    if outcome is VendOutcome.APPLIED or standing.status is VendStatus.APPLIED:
        if standing.status is not VendStatus.APPLIED:
            applied = replace(standing, status=VendStatus.APPLIED)
            if not world.store.replace_vend(payment.transaction_id, old, applied):
                return payment
        _close_review(payment.transaction_id, world)
        return acknowledge(payment, reading, world)
    if outcome is VendOutcome.UNCERTAIN:
        uncertain = replace(standing, status=VendStatus.UNCERTAIN)
        _to_a_person(payment, uncertain, world)
        world.store.replace_vend(payment.transaction_id, old, uncertain)
    return payment


def _close_review(transaction_id: TransactionId, world: World) -> None:
    """What waited for a person is known: whoever decided died before it was closed."""
    case = world.store.read_review(transaction_id)
    if case is None or case.place is None or any(told.reason != UNCERTAIN for told in case.told):
        return
    decided = Decided(by=SYSTEM, why="the meter has its charge", at_ms=world.clock())
    world.store.close_review(transaction_id, settled=frozenset(), decision=decided)


def _to_a_person(payment: Payment, standing: Vend, world: World) -> None:
    """Before the intent says so, so that nothing is uncertain and in no queue."""
    transaction_id, now_ms = payment.transaction_id, Millis(world.clock())
    review = Review(
        reason=UNCERTAIN,
        receipt=None,
        amount_kes=payment.amount_kes,
        evidence_id=f"{UNCERTAIN}_{standing.attempt}",
    )
    world.store.add_review(transaction_id, review, now_ms=now_ms)
    alarm = Alarm(kind=UNCERTAIN, detail=f"attempt {standing.attempt}, {standing.units} units")
    world.store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=now_ms)
    change_payment(
        world,
        transaction_id,
        lambda current: replace(current, reason=UNCERTAIN, updated_at_ms=now_ms),
    )
