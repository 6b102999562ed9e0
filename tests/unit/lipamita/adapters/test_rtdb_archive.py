from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.payment import Payment
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.units import Kes, Millis
from lipamita.domain.verdict import Review
from lipamita.use_cases.record_ports import DamagedNode, PaymentsBy, ToldReceipt, WaitingMoney

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import (
    METER,
    NOW,
    OTHER_TRANSACTION,
    RECEIPT,
    TRANSACTION,
    a_payment,
)


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def due(transaction_id: TransactionId, record_at_ms: int | None) -> Payment:
    at_ms = None if record_at_ms is None else Millis(record_at_ms)
    return replace(a_payment(), transaction_id=transaction_id, record_at_ms=at_ms)


def test_payments_due_for_the_record_are_found_the_longest_due_first(store: RtdbStore) -> None:
    store.create_payment(due(TRANSACTION, NOW))
    store.create_payment(due(OTHER_TRANSACTION, NOW - 1))
    store.create_payment(due(TransactionId("-Of2cAbcdEFGHijkl012"), NOW + 1))
    store.create_payment(due(TransactionId("-Of2dAbcdEFGHijkl012"), None))
    assert store.due_records(now_ms=NOW, limit=9) == [OTHER_TRANSACTION, TRANSACTION]


def test_a_payment_that_is_gone_is_not_put_off(store: RtdbStore, database: LiveDatabase) -> None:
    store.postpone_record(TRANSACTION, NOW)
    assert database.read("transactions") is None


def test_a_payment_is_removed_only_as_it_was_read(store: RtdbStore, database: LiveDatabase) -> None:
    store.create_payment(due(TRANSACTION, NOW))
    old = store.read_payment(TRANSACTION)
    assert old is not None
    store.postpone_record(TRANSACTION, Millis(NOW + 1))
    assert not store.remove_payment(old)
    again = store.read_payment(TRANSACTION)
    assert again is not None
    assert store.remove_payment(again)
    assert database.read("transactions") is None


def test_a_receipt_is_sealed_beside_its_claim(store: RtdbStore) -> None:
    store.claim_receipt(RECEIPT, TRANSACTION, channel="stk", now_ms=NOW)
    assert not store.receipt_is_sealed(RECEIPT)
    store.seal_receipt(RECEIPT, now_ms=NOW)
    assert store.receipt_is_sealed(RECEIPT)
    assert store.receipt_owner(RECEIPT) == TRANSACTION


def test_money_in_suspense_is_heard_of_once(store: RtdbStore) -> None:
    item = SuspenseItem(
        reason="unknown_account", amount_kes=Kes(200), account="X", received_at_ms=NOW
    )
    store.put_suspense(RECEIPT, item)
    [waiting] = store.waiting_money(now_ms=NOW, limit=9)
    assert isinstance(waiting, WaitingMoney)
    assert waiting.told == (ToldReceipt(receipt=RECEIPT, amount_kes=Kes(200), at_ms=NOW),)
    store.heard_of(waiting)
    assert store.waiting_money(now_ms=NOW, limit=9) == []


def test_what_is_told_while_the_record_hears_stays_due(store: RtdbStore) -> None:
    first = Review(reason="amount_differs", receipt=RECEIPT, amount_kes=Kes(50), evidence_id="e1")
    more = Review(
        reason="second_receipt", receipt=Receipt("UKL0DEMO02"), amount_kes=None, evidence_id="e2"
    )
    store.add_review(TRANSACTION, first, now_ms=NOW)
    [waiting] = store.waiting_money(now_ms=NOW, limit=9)
    store.add_review(TRANSACTION, more, now_ms=Millis(NOW + 1))
    store.heard_of(waiting)
    [again] = store.waiting_money(now_ms=Millis(NOW + 1), limit=9)
    assert isinstance(again, WaitingMoney)
    assert [told.amount_kes for told in again.told] == [50, None]


DAMAGED = [
    ("suspense/UKL0DEMO02", {"amount": "200", "received_at": NOW}, "amount"),
    ("suspense/UKL0DEMO02", {"amount": 200}, "received_at"),
    ("reviews/-Of2cAbcdEFGHijkl012", {"told": {"e": {"reason": "x", "amount": 5}}}, "told/e/at"),
    ("reviews/-Of2cAbcdEFGHijkl012", {"told": "gone"}, "told"),
    ("reviews/-Of2cAbcdEFGHijkl012", {"decisions": {"R": {"kind": 5}}}, "decisions/R/kind"),
    ("refunds/r1", {"status": "refunded"}, "mpesa_receipt"),
    ("refunds/r1", {"status": "somewhere"}, "refunds/r1"),
]


@pytest.mark.parametrize(("path", "node", "field"), DAMAGED)
def test_a_damaged_place_hides_no_other_and_leaves_the_schedule(
    store: RtdbStore, database: LiveDatabase, path: str, node: dict[str, object], field: str
) -> None:
    item = SuspenseItem(reason="r", amount_kes=Kes(200), account="X", received_at_ms=NOW)
    store.put_suspense(RECEIPT, item)
    database.write(path, {"record_at": NOW - 1, **node})

    def due() -> list[object]:
        return [
            *store.waiting_money(now_ms=NOW, limit=9),
            *store.settled_refunds(now_ms=NOW, limit=9),
        ]

    [damaged] = [one for one in due() if isinstance(one, DamagedNode)]
    assert damaged.key == path
    assert field in damaged.why
    assert len(due()) == 2
    store.heard_of(damaged)
    assert [type(one) for one in due()] == [WaitingMoney]
    assert database.read(path) == node


def test_live_payments_of_one_user_or_meter_come_newest_first(store: RtdbStore) -> None:
    store.create_payment(due(TRANSACTION, None))
    store.create_payment(due(OTHER_TRANSACTION, None))
    other = TransactionId("-Of2cAbcdEFGHijkl012")
    store.create_payment(replace(due(other, None), user_id=Uid("tenant-brian")))
    mine = store.live_payments(PaymentsBy.USER, "tenant-amina", limit=9)
    assert [payment.transaction_id for payment in mine] == [OTHER_TRANSACTION, TRANSACTION]
    newest = store.live_payments(PaymentsBy.METER, METER, limit=1)
    assert [payment.transaction_id for payment in newest] == [other]


def test_a_damaged_payment_does_not_hide_the_others(
    store: RtdbStore, database: LiveDatabase
) -> None:
    store.create_payment(due(TRANSACTION, None))
    database.write(f"transactions/{OTHER_TRANSACTION}", {"user_id": "tenant-amina"})
    mine = store.live_payments(PaymentsBy.USER, "tenant-amina", limit=9)
    assert [payment.transaction_id for payment in mine] == [TRANSACTION]


def test_who_is_erased_leaves_no_profile_and_no_token_of_a_phone(database: LiveDatabase) -> None:
    others = {"tenant-brian": {"name": "Brian"}}
    database.write("users", {"tenant-amina": {"name": "Amina"}, **others})
    tokens = {"one": {"token": "t", "registered_at": 1}}
    database.write("push_tokens", {"tenant-amina": tokens, "tenant-brian": tokens})
    RtdbStore(database.app).erase_profile(Uid("tenant-amina"))
    assert database.read("users") == others
    assert database.read("push_tokens") == {"tenant-brian": tokens}
