"""The store against a real database: who is first, what is atomic, what is never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TypeVar

import pytest
from lipamita.adapters import rtdb_store
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.decided import Decided
from lipamita.domain.errors import UnreadableError
from lipamita.domain.evidence import StkCallback, UnreadableCallback
from lipamita.domain.guard import PhonePrompt, RateKind
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.payment import Payment, Status
from lipamita.domain.recharge import Recharge, empty_register, make_recharge, sell
from lipamita.domain.review import ReviewCase, Told
from lipamita.domain.schedule import first_in_line
from lipamita.domain.units import DAY_MS, Kes, Millis
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.confirmation_ports import MovedMoney
from lipamita.use_cases.record_ports import WaitingMoney
from lipamita.use_cases.records import (
    IdempotencyRecord,
    PendingRecharge,
    RawCallback,
    Versioned,
)

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import (
    METER,
    NOW,
    OTHER_RECEIPT,
    OTHER_TRANSACTION,
    RECEIPT,
    TRANSACTION,
    a_payment,
    a_quote,
)

UID = Uid("tenant-amina")
KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
THREADS = 20
T = TypeVar("T")


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def at_once(work: Callable[[int], T], threads: int = THREADS) -> list[T]:
    """What every thread got, all started at the same moment."""
    ready = Barrier(threads)

    def run(number: int) -> T:
        ready.wait(10)
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def raw(body: str = "{}", evidence: str = "e1", at_ms: int = NOW) -> RawCallback:
    return RawCallback(
        evidence_id=evidence,
        body=body,
        received_at_ms=Millis(at_ms),
        remote_address="196.201.212.69",
        content_type="application/json",
    )


def standing(store: RtdbStore, transaction_id: TransactionId = TRANSACTION) -> Versioned[Payment]:
    read = store.read_payment(transaction_id)
    assert read is not None
    return read


# --- payments


def test_a_payment_is_created_and_read_as_it_was(store: RtdbStore) -> None:
    assert store.create_payment(a_payment())
    assert standing(store).value == a_payment()


def test_a_payment_that_was_never_created_is_none(store: RtdbStore) -> None:
    assert store.read_payment(TRANSACTION) is None


def test_a_payment_is_created_once(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    assert not store.create_payment(a_payment(Status.FAILED))
    assert standing(store).value.status is Status.PROMPTED


def test_of_many_who_create_the_same_payment_one_did(store: RtdbStore) -> None:
    assert sum(at_once(lambda _: store.create_payment(a_payment()))) == 1


def test_a_payment_is_replaced_when_nobody_wrote_since(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    assert store.replace_payment(standing(store), a_payment(Status.FAILED))
    assert standing(store).value.status is Status.FAILED


def test_a_replacement_that_comes_second_loses_and_changes_nothing(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    old = standing(store)
    store.replace_payment(old, a_payment(Status.PAID))
    assert not store.replace_payment(old, a_payment(Status.FAILED))
    assert standing(store).value.status is Status.PAID


def test_of_many_who_replace_the_same_version_one_does(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    old = standing(store)
    won = at_once(lambda n: store.replace_payment(old, a_payment(check_count=n + 1)))
    assert sum(won) == 1
    assert standing(store).value.check_count == won.index(True) + 1


def test_a_callback_stored_meanwhile_makes_a_replacement_lose(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    old = standing(store)
    store.record_callback(TRANSACTION, raw())
    assert not store.replace_payment(old, a_payment(Status.FAILED))


def test_a_damaged_payment_is_unreadable(store: RtdbStore, database: LiveDatabase) -> None:
    database.write(f"transactions/{TRANSACTION}", {"next_check_at": 5})
    with pytest.raises(UnreadableError):
        store.read_payment(TRANSACTION)


# --- what is due


def due(store: RtdbStore, limit: int = 10, at_ms: int = NOW) -> list[str]:
    found = store.due_payments(now_ms=Millis(at_ms), limit=limit)
    return [payment.transaction_id for payment in found]


def waiting(store: RtdbStore, name: str, due_ms: int | None) -> None:
    next_check_at_ms = None if due_ms is None else Millis(due_ms)
    payment = a_payment(transaction_id=TransactionId(name), next_check_at_ms=next_check_at_ms)
    store.create_payment(payment)


def test_what_is_due_comes_longest_due_first(store: RtdbStore) -> None:
    for name, due_ms in (("c", NOW - 1), ("a", NOW), ("b", NOW - 60_000)):
        waiting(store, name, due_ms)
    assert due(store) == ["b", "c", "a"]


def test_what_is_not_due_yet_or_never_is_not_found(store: RtdbStore) -> None:
    waiting(store, "future", NOW + 1)
    waiting(store, "never", None)
    assert due(store) == []


def test_no_more_than_the_limit_is_found_and_it_is_the_oldest(store: RtdbStore) -> None:
    for number in range(7):
        waiting(store, f"p{number}", NOW - number)
    assert due(store, limit=3) == ["p6", "p5", "p4"]


def test_a_due_time_that_is_no_number_is_never_found(
    store: RtdbStore, database: LiveDatabase
) -> None:
    database.write("transactions", {"text": {"next_check_at": "soon"}, "none": {"amount": 5}})
    assert due(store) == []


@pytest.mark.parametrize(("to", "found"), [(NOW + 1, []), (None, []), (NOW, ["p"])])
def test_a_postponed_payment_is_due_when_it_was_told(
    store: RtdbStore, to: Millis | None, found: list[str]
) -> None:
    waiting(store, "p", NOW - 5)
    store.postpone(TransactionId("p"), to)
    assert due(store) == found


def test_postponing_changes_nothing_else(store: RtdbStore) -> None:
    store.create_payment(a_payment())
    store.postpone(TRANSACTION, Millis(NOW + 9))
    assert standing(store).value == a_payment(next_check_at_ms=NOW + 9)


# --- keys and receipts


def record(
    transaction_id: str = TRANSACTION, request_hash: str = "h", at_ms: Millis = NOW
) -> IdempotencyRecord:
    return IdempotencyRecord(
        transaction_id=TransactionId(transaction_id), request_hash=request_hash, created_at_ms=at_ms
    )


def test_the_first_claim_of_a_key_stands(store: RtdbStore) -> None:
    store.claim_idempotency_key(UID, KEY, record())
    second = store.claim_idempotency_key(UID, KEY, record(OTHER_TRANSACTION, "x"))
    assert second == record()


def test_a_key_is_replaced_by_compare_and_set(store: RtdbStore) -> None:
    other = record(OTHER_TRANSACTION)
    assert not store.replace_idempotency_key(UID, KEY, record(), other)
    store.claim_idempotency_key(UID, KEY, record())
    assert store.replace_idempotency_key(UID, KEY, record(), other)
    assert not store.replace_idempotency_key(UID, KEY, record(), record())
    assert store.read_idempotency_key(UID, KEY, now_ms=NOW) == other


def test_a_key_is_forgotten_after_a_day(store: RtdbStore) -> None:
    store.claim_idempotency_key(UID, KEY, record())
    almost = record(OTHER_TRANSACTION, at_ms=Millis(NOW + DAY_MS - 1))
    assert store.claim_idempotency_key(UID, KEY, almost) == record()
    later = record(OTHER_TRANSACTION, at_ms=Millis(NOW + DAY_MS))
    assert store.claim_idempotency_key(UID, KEY, later) == later


def test_of_many_who_write_a_rate_or_a_phone_one_wins(store: RtdbStore) -> None:
    rate = store.read_rate(RateKind.USER, "amina")
    won = at_once(lambda n: store.replace_rate(RateKind.USER, "amina", rate, Millis(n + 1)))
    assert sum(won) == 1
    prompt = PhonePrompt(
        transaction_id=TRANSACTION,
        user_id=UID,
        account="MTR-001",
        amount_kes=Kes(100),
        created_at_ms=NOW,
    )
    none = store.read_phone_prompt("ab12")
    assert sum(at_once(lambda _: store.replace_phone_prompt("ab12", none, prompt))) == 1
    assert store.read_phone_prompt("ab12").value == prompt


def test_a_key_is_its_users_own(store: RtdbStore) -> None:
    store.claim_idempotency_key(UID, KEY, record())
    theirs = record(OTHER_TRANSACTION)
    assert store.claim_idempotency_key(Uid("brian"), KEY, theirs) == theirs


def test_of_many_who_claim_a_key_all_get_the_same_transaction(store: RtdbStore) -> None:
    claimed = at_once(
        lambda n: store.claim_idempotency_key(UID, KEY, record(f"t{n}")).transaction_id
    )
    assert len(set(claimed)) == 1


def test_of_many_who_claim_a_receipt_one_owns_it(store: RtdbStore) -> None:
    owners = at_once(
        lambda n: store.claim_receipt(RECEIPT, TransactionId(f"t{n}"), channel="stk", now_ms=NOW)
    )
    assert len(set(owners)) == 1


def test_claiming_a_receipt_again_finds_its_owner(store: RtdbStore) -> None:
    for owner in (TRANSACTION, TRANSACTION, OTHER_TRANSACTION):
        found = store.claim_receipt(Receipt(RECEIPT), owner, channel="stk", now_ms=NOW)
        assert found == TRANSACTION


def test_the_latest_transaction_is_the_last_one_set(
    store: RtdbStore, database: LiveDatabase
) -> None:
    database.write(f"users/{UID}", {"name": "Amina"})
    store.set_latest_transaction(UID, TRANSACTION)
    store.set_latest_transaction(UID, OTHER_TRANSACTION)
    assert database.read(f"users/{UID}") == {
        "name": "Amina",
        "latest_transaction_id": OTHER_TRANSACTION,
    }


# --- evidence


def test_storing_a_callback_makes_its_payment_due_in_the_same_write(
    store: RtdbStore,
) -> None:
    store.create_payment(a_payment(next_check_at_ms=None))
    store.record_callback(TRANSACTION, raw(at_ms=NOW + 5))
    payment = standing(store).value
    assert (payment.next_check_at_ms, payment.latest_evidence_id) == (
        first_in_line(Millis(NOW + 5)),
        "e1",
    )


def test_a_callback_is_kept_raw(store: RtdbStore, database: LiveDatabase) -> None:
    store.record_callback(TRANSACTION, raw("no JSON \\xff é \u0000"))
    assert database.read(f"callbacks/{TRANSACTION}/e1") == {
        "body": "no JSON \\xff é \u0000",
        "received_at": NOW,
        "remote_address": "196.201.212.69",
        "content_type": "application/json",
        "copies": 1,
    }


def test_copies_of_a_callback_are_counted_and_the_first_time_is_kept(
    store: RtdbStore, database: LiveDatabase
) -> None:
    for later in range(3):
        store.record_callback(TRANSACTION, raw(at_ms=NOW + later))
    stored = database.read(f"callbacks/{TRANSACTION}/e1")
    assert (stored["copies"], stored["received_at"]) == (3, NOW)


def test_a_copy_makes_the_payment_due_again(store: RtdbStore) -> None:
    store.create_payment(a_payment(next_check_at_ms=None))
    store.record_callback(TRANSACTION, raw())
    store.record_callback(TRANSACTION, raw(at_ms=NOW + 9))
    assert standing(store).value.next_check_at_ms == first_in_line(Millis(NOW + 9))


def test_a_copy_of_old_evidence_does_not_hide_newer_evidence_nobody_has_seen(
    store: RtdbStore,
) -> None:
    store.create_payment(a_payment())
    store.record_callback(TRANSACTION, raw(evidence="old"))
    seen = replace(standing(store).value, evidence_seen=frozenset({"old"}))
    store.replace_payment(standing(store), seen)
    store.record_callback(TRANSACTION, raw(evidence="new"))
    store.record_callback(TRANSACTION, raw(evidence="old"))
    assert standing(store).value.has_unseen_evidence


def test_the_same_callback_at_once_is_one_piece_of_evidence(store: RtdbStore) -> None:
    at_once(lambda n: store.record_callback(TRANSACTION, raw(at_ms=NOW + n)))
    assert [told.evidence_id for told in store.read_callbacks(TRANSACTION)] == ["e1"]


def test_a_payment_without_callbacks_has_none(store: RtdbStore) -> None:
    assert store.read_callbacks(TRANSACTION) == []


def test_a_callback_that_cannot_be_read_does_not_hide_the_others(store: RtdbStore) -> None:
    store.record_callback(TRANSACTION, raw("", evidence="e0"))
    store.record_callback(TRANSACTION, raw('{"Body": 1e99999999999999999999}', evidence="e1"))
    store.record_callback(TRANSACTION, raw('{"Body": {"stkCallback": {}}}', evidence="e2"))
    kinds = {told.evidence_id: type(told) for told in store.read_callbacks(TRANSACTION)}
    assert kinds == {"e0": UnreadableCallback, "e1": UnreadableCallback, "e2": StkCallback}


def test_of_too_many_callbacks_the_oldest_are_believed_and_the_rest_say_so(
    store: RtdbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rtdb_store, "MAX_EVIDENCE", 2)
    for evidence, at_ms in (("a", NOW + 2), ("b", NOW), ("c", NOW + 1)):
        body = '{"Body": {"stkCallback": {}}}'
        store.record_callback(TRANSACTION, raw(body, evidence=evidence, at_ms=at_ms))
    read = [(told.evidence_id, type(told)) for told in store.read_callbacks(TRANSACTION)]
    assert read == [("b", StkCallback), ("c", StkCallback), ("a", UnreadableCallback)]


def test_a_review_is_opened_once_and_keeps_every_telling(
    store: RtdbStore, database: LiveDatabase
) -> None:
    first = Review(reason="amount_differs", receipt=RECEIPT, amount_kes=Kes(499), evidence_id="e1")
    second = Review(reason="second_receipt", receipt=None, amount_kes=None, evidence_id="e2")
    for review in (first, second, first):
        store.add_review(TRANSACTION, review, now_ms=NOW)
    assert database.read(f"reviews/{TRANSACTION}") == {
        "status": "open",
        "reason": "amount_differs",
        "raised_at": NOW,
        "record_at": NOW + 2,
        "waiting": f"{NOW}-{TRANSACTION}",
        "told": {
            "e1": {
                "reason": "amount_differs",
                "at": NOW,
                "mpesa_receipt": RECEIPT,
                "amount": 499,
            },
            "e2": {"reason": "second_receipt", "at": NOW},
        },
    }


def test_a_decided_review_is_not_opened_again_by_a_repeat(
    store: RtdbStore, database: LiveDatabase
) -> None:
    review = Review(reason="r", receipt=None, amount_kes=None, evidence_id="e1")
    store.add_review(TRANSACTION, review, now_ms=NOW)
    database.merge(f"reviews/{TRANSACTION}", {"status": "decided"})
    store.add_review(TRANSACTION, review, now_ms=NOW)
    assert database.read(f"reviews/{TRANSACTION}/status") == "decided"


def test_a_review_that_was_opened_again_tells_the_newest_decision(store: RtdbStore) -> None:
    grace = Decided(by=Uid("operator-grace"), why="statement", at_ms=NOW)
    peter = Decided(by=Uid("operator-peter"), why="the payer called", at_ms=Millis(NOW + 1))
    for evidence, decision in (("e1", grace), ("e2", peter)):
        review = Review(reason="r", receipt=None, amount_kes=None, evidence_id=evidence)
        store.add_review(TRANSACTION, review, now_ms=NOW)
        assert store.close_review(TRANSACTION, settled=(), decision=decision)
    assert store.close_review(TRANSACTION, settled=(), decision=grace), "decided already"
    case = store.read_review(TRANSACTION)
    assert case is not None
    assert (case.decision, case.place) == (peter, None)


def test_what_was_told_is_in_the_order_of_time(store: RtdbStore) -> None:
    for evidence, at_ms in (("b", NOW), ("a", Millis(NOW + 1)), ("c", NOW)):
        review = Review(reason="r", receipt=RECEIPT, amount_kes=None, evidence_id=evidence)
        store.add_review(TRANSACTION, review, now_ms=at_ms)
    case = store.read_review(TRANSACTION)
    assert case is not None
    assert [told.evidence_id for told in case.told] == ["b", "c", "a"]
    [waiting] = store.waiting_money(now_ms=Millis(NOW + 9), limit=9)
    assert isinstance(waiting, WaitingMoney)
    assert [told.at_ms for told in waiting.told] == [NOW, NOW, NOW + 1]


def test_what_is_told_while_the_record_reads_stays_due_in_the_same_millisecond(
    store: RtdbStore,
) -> None:
    first = Review(reason="r", receipt=RECEIPT, amount_kes=Kes(9), evidence_id="e1")
    store.add_review(TRANSACTION, first, now_ms=NOW)
    [read] = store.waiting_money(now_ms=NOW, limit=9)
    later = Review(reason="r", receipt=Receipt("UKL0DEMO02"), amount_kes=Kes(9), evidence_id="e2")
    store.add_review(TRANSACTION, later, now_ms=NOW)
    store.heard_of(read)
    [again] = store.waiting_money(now_ms=Millis(NOW + 9), limit=9)
    assert isinstance(again, WaitingMoney)
    assert {told.receipt for told in again.told} == {RECEIPT, Receipt("UKL0DEMO02")}
    store.heard_of(again)
    assert store.waiting_money(now_ms=Millis(NOW + 9), limit=9) == []


def test_alarms_are_counted_by_day_and_kind(store: RtdbStore, database: LiveDatabase) -> None:
    alarm = Alarm(kind="forged_callback", detail="wrong key")
    at_once(lambda _: store.raise_alarm(alarm, transaction_id=TRANSACTION, now_ms=NOW), threads=5)
    assert database.read("alarms/2026-11-21/forged_callback") == {
        "count": 5,
        "last_at": NOW,
        "last_detail": "wrong key",
        "last_transaction_id": TRANSACTION,
    }


# --- registers and recharges


def a_recharge() -> Recharge:
    register = sell(empty_register("2026-11"), TRANSACTION, a_quote(), now_ms=NOW, month="2026-11")
    entry = register.entries[TRANSACTION]
    return make_recharge(METER, TRANSACTION, entry, amount_kes=Kes(500), master_secret="m" * 32)


def test_a_register_that_was_never_written_is_none_and_can_be_written(store: RtdbStore) -> None:
    old = store.read_register(METER)
    assert old.value is None
    assert store.replace_register(METER, old, empty_register("2026-11"))


def test_many_sales_at_once_are_all_in_the_register(store: RtdbStore) -> None:
    def sell_one(number: int) -> None:
        for _ in range(1_000):
            old = store.read_register(METER)
            register = old.value or empty_register("2026-11")
            sold = sell(
                register, TransactionId(f"t{number}"), a_quote(), now_ms=NOW, month="2026-11"
            )
            if store.replace_register(METER, old, sold):
                return
        raise AssertionError("never won")

    at_once(sell_one, threads=8)
    register = store.read_register(METER).value
    assert register is not None
    assert (register.credited_total_wh, register.sequence) == (8 * 20_000, 8)


def test_a_recharge_waits_for_its_meter(store: RtdbStore) -> None:
    store.put_recharge(METER, a_recharge())
    assert store.read_recharge(METER, TRANSACTION) == PendingRecharge(acknowledgement=None)


def test_a_recharge_that_is_not_there_is_none(store: RtdbStore) -> None:
    assert store.read_recharge(METER, TRANSACTION) is None


def test_writing_a_recharge_again_never_unmarks_a_processed_one(
    store: RtdbStore, database: LiveDatabase
) -> None:
    store.put_recharge(METER, a_recharge())
    path = f"meters/{METER}/pending_recharge/{TRANSACTION}"
    database.merge(path, {"processed": True, "processed_at": NOW, "balance_after": 7})
    store.put_recharge(METER, a_recharge())
    assert database.read(f"{path}/processed") is True


def test_a_removed_recharge_is_gone_and_removing_it_again_is_nothing(store: RtdbStore) -> None:
    store.put_recharge(METER, a_recharge())
    store.remove_recharge(METER, TRANSACTION)
    store.remove_recharge(METER, TRANSACTION)
    assert store.read_recharge(METER, TRANSACTION) is None


def test_a_meter_and_a_tariff_that_do_not_exist_are_none(store: RtdbStore) -> None:
    assert (store.read_meter(METER), store.read_tariff("domestic")) == (None, None)


def test_a_meter_and_its_tariff_are_read(store: RtdbStore, database: LiveDatabase) -> None:
    database.write(f"meters/{METER}", {"name": "A1", "kind": "esp32", "tariff_id": "domestic"})
    database.write("tariffs/domestic", {"blocks": [{"price_cents_per_kwh": 2_500}]})
    meter = store.read_meter(METER)
    assert meter is not None
    tariff = store.read_tariff(meter.tariff_id)
    assert tariff is not None
    assert tariff.blocks[0].price_cents_per_kwh == 2_500


def test_of_two_who_decide_the_first_decision_stays(store: RtdbStore) -> None:
    review = Review(reason="amount_differs", receipt=RECEIPT, amount_kes=Kes(300), evidence_id="e1")
    store.add_review(TRANSACTION, review, now_ms=NOW)
    told = Told(
        receipt=RECEIPT,
        amount_kes=Kes(300),
        reason="amount_differs",
        evidence_id="e1",
        at_ms=NOW,
    )
    assert store.read_review(TRANSACTION) == ReviewCase(
        told=(told,), reason="amount_differs", place=f"{NOW}-{TRANSACTION}"
    )
    for name in ("grace", "henry"):
        decision = Decided(by=Uid(name), why="seen", at_ms=NOW)
        assert store.close_review(TRANSACTION, settled=[RECEIPT], decision=decision)
    assert store.at(f"reviews/{TRANSACTION}/decision/by").get() == "grace"
    assert store.at(f"reviews/{TRANSACTION}/status").get() == "decided"


def test_a_review_is_closed_only_if_all_its_receipts_are_settled_and_opens_for_new_money(
    store: RtdbStore,
) -> None:
    path, decision = f"reviews/{TRANSACTION}", Decided(by=Uid("grace"), why="seen", at_ms=NOW)
    for number, receipt in enumerate((RECEIPT, None, OTHER_RECEIPT), start=1):
        review = Review(
            reason="amount_differs", receipt=receipt, amount_kes=None, evidence_id=f"e{number}"
        )
        store.add_review(TRANSACTION, review, now_ms=NOW)
    assert not store.close_review(TRANSACTION, settled=[RECEIPT], decision=decision)
    assert store.at(path).get()["status"] == "open"
    settled = [RECEIPT, OTHER_RECEIPT]
    assert store.close_review(TRANSACTION, settled=settled, decision=decision)
    store.add_review(TRANSACTION, review, now_ms=NOW)  # told before
    assert store.at(path).get()["status"] == "decided"
    store.add_review(TRANSACTION, replace(review, evidence_id="e4"), now_ms=NOW)
    assert store.at(path).get()["status"] == "open"


def test_a_claim_passes_from_its_owner_to_its_heir_and_to_nobody_else(store: RtdbStore) -> None:
    heir, stranger = TransactionId("-Of2hAbcdEFGHijkl012"), TransactionId("-Of2sAbcdEFGHijkl012")
    store.claim_receipt(RECEIPT, TRANSACTION, channel="stk", now_ms=NOW)
    assert store.pass_receipt(RECEIPT, owner=stranger, heir=heir, now_ms=NOW) == TRANSACTION
    for _ in range(2):
        assert store.pass_receipt(RECEIPT, owner=TRANSACTION, heir=heir, now_ms=NOW) == heir
    assert store.pass_receipt(RECEIPT, owner=TRANSACTION, heir=stranger, now_ms=NOW) == heir
    assert store.receipt_owner(RECEIPT) == heir


def test_money_that_was_moved_is_read_as_a_confirmation_of_its_short_code(store: RtdbStore) -> None:
    money = MovedMoney(amount_kes=Kes(300), merchant="600777", at_ms=NOW)
    store.record_moved(RECEIPT, money)
    stored = store.read_confirmation(RECEIPT)
    assert stored is not None
    assert stored.confirmation is not None
    assert (stored.channel, stored.confirmation.amount_kes) == ("manual", 300)
    assert stored.confirmation.paid_code == "600777"
