"""A review, suspense or refund that is damaged is told to a person and stops nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import TransactionId
from lipamita.domain.money_out import Method
from lipamita.domain.payment import Payment
from lipamita.domain.refund import MoneyFrom, Refund, RefundId, RefundStatus
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import DAY_MS, Kes, Wh
from lipamita.domain.verdict import Review
from lipamita.use_cases.archive import archive
from lipamita.use_cases.records import Versioned
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import OWNER, Estate, ask, success
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.memory_store import MemoryStore
from tests.unit.lipamita.domain.samples import RECEIPT


@pytest.fixture
def estate() -> Estate:
    return Estate()


def in_suspense(estate: Estate, receipt: str, amount_kes: int) -> None:
    item = SuspenseItem(
        reason="unknown_account",
        amount_kes=Kes(amount_kes),
        account="X",
        received_at_ms=estate.now_ms,
    )
    estate.store.put_suspense(receipt, item)


@pytest.mark.parametrize("path", ["suspense/UKL1AAAA08", f"reviews/{'x' * 20}", "refunds/r1"])
def test_a_damaged_place_is_an_alarm_and_stops_nothing_else(estate: Estate, path: str) -> None:
    estate.store.record_due_ms[path] = estate.now_ms - 1
    estate.store.damaged_places.add(path)
    in_suspense(estate, RECEIPT, 200)
    payment = request_payment(ask(), estate.world)
    estate.tell(payment, success(payment, "UKL1AAAA01"))
    settle_payment(payment.transaction_id, estate.world)
    done = archive(estate.world)
    assert (done.payments, done.failures) == (1, 1)
    assert {f"{RECEIPT}_received", "UKL1AAAA01_received"} <= set(estate.record.entries)
    [alarm] = estate.store.alarms
    assert (alarm.kind, path in alarm.detail) == ("unreadable_node", True)
    assert archive(estate.world).failures == 0


def test_a_damaged_place_that_is_repaired_is_heard_of(estate: Estate) -> None:
    path = f"suspense/{RECEIPT}"
    in_suspense(estate, RECEIPT, 200)
    estate.store.damaged_places.add(path)
    archive(estate.world)
    assert estate.record.entries == {}
    estate.store.damaged_places.clear()
    estate.store.record_due_ms[path] = 1
    archive(estate.world)
    assert set(estate.record.entries) == {f"{RECEIPT}_received"}


class AllUnreadable(MemoryStore):
    """A store in which every payment's node is damaged."""

    def read_payment(self, transaction_id: TransactionId) -> Versioned[Payment] | None:
        raise UnreadableError("unreadable_node", f"{transaction_id}/amount must be a whole number")


def a_settled_refund(estate: Estate) -> Refund:
    return Refund(
        refund_id=RefundId("r1"),
        receipt=RECEIPT,
        money_from=MoneyFrom.PAYMENT,
        method=Method.PAYOUT,
        paid_kes=Kes(500),
        amount_kes=Kes(200),
        energy_wh=Wh(8_000),
        asked_by=OWNER.uid,
        why="moved out",
        created_at_ms=estate.now_ms,
        updated_at_ms=estate.now_ms,
        status=RefundStatus.REFUNDED,
        transaction_id=TransactionId("x" * 20),
    )


def test_a_refund_whose_payment_is_damaged_is_an_alarm_and_stops_nothing_else() -> None:
    estate = Estate(store=AllUnreadable())
    estate.store.create_refund(a_settled_refund(estate))
    in_suspense(estate, "UKL1AAAA08", 200)
    estate.wait(DAY_MS)
    assert archive(estate.world).failures == 1
    assert set(estate.record.entries) == {"UKL1AAAA08_received"}
    [alarm] = estate.store.alarms
    assert alarm.detail == f"refunds/r1: {'x' * 20}/amount must be a whole number"
    assert archive(estate.world).failures == 0


def test_money_told_of_a_damaged_payment_is_on_the_books_and_heard_of() -> None:
    estate = Estate(store=AllUnreadable())
    world = replace(estate.world, customer_channels=("sms",))
    told = Review(reason="r", receipt=RECEIPT, amount_kes=Kes(5), evidence_id="e1")
    estate.store.add_review(TransactionId("x" * 20), told, now_ms=estate.now_ms)
    assert archive(world).failures == 0
    assert set(estate.record.entries) == {f"{RECEIPT}_received"}
    assert estate.store.record_due_ms == {}


@pytest.mark.parametrize("nth", [1, 2])
def test_a_damaged_place_whose_alarm_is_cut_short_stays_due(estate: Estate, nth: int) -> None:
    estate.store.record_due_ms["refunds/r1"] = estate.now_ms
    estate.store.damaged_places.add("refunds/r1")
    writes: list[str] = []

    def die(path: str) -> None:
        writes.append(path)
        if len(writes) == nth:
            raise ProcessDiedError

    estate.store.before_write = die
    archive(estate.world)
    estate.store.before_write = lambda _: None
    assert "refunds/r1" in estate.store.record_due_ms
    archive(estate.world)
    assert {alarm.kind for alarm in estate.store.alarms} == {"unreadable_node"}
    assert "refunds/r1" not in estate.store.record_due_ms
