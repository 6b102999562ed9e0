"""Refunds, their results and the decisions about told receipts in a real database."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.money_out import Method, ResultKind
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.refund import MoneyFrom, Refund, RefundId
from lipamita.domain.review import ReceiptDecision, ReceiptWord
from lipamita.domain.units import Kes, Millis, Wh
from lipamita.use_cases.records import RawCallback
from lipamita.use_cases.refund_ports import MAX_RESULTS

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import NOW, RECEIPT, TRANSACTION

REFUND = Refund(
    refund_id=RefundId("-Of2eAbcdEFGHijkl012"),
    receipt=RECEIPT,
    money_from=MoneyFrom.PAYMENT,
    method=Method.PAYOUT,
    paid_kes=Kes(500),
    amount_kes=Kes(200),
    energy_wh=Wh(8_000),
    asked_by=Uid("grace"),
    why="moved out",
    created_at_ms=NOW,
    updated_at_ms=NOW,
    next_check_at_ms=NOW,
)
ID = REFUND.refund_id


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def raw(code: int, at_ms: int = NOW) -> RawCallback:
    return RawCallback(
        evidence_id=f"{code:032}",
        body=json.dumps({"Result": {"ResultCode": code}}),
        received_at_ms=Millis(at_ms),
        remote_address="196.201.212.69",
        content_type="application/json",
    )


def test_a_refund_is_created_once_and_of_two_writers_one_wins(store: RtdbStore) -> None:
    store.create_refund(REFUND)
    store.create_refund(replace(REFUND, amount_kes=Kes(300)))
    old = store.read_refund(ID)
    assert old is not None
    assert old.value == REFUND
    assert store.replace_refund(old, replace(REFUND, attempt=1))
    assert not store.replace_refund(old, replace(REFUND, attempt=2))


def test_refunds_are_found_when_they_are_due(store: RtdbStore) -> None:
    store.create_refund(REFUND)
    assert store.due_refunds(now_ms=NOW, limit=5) == [ID]
    store.postpone_refund(ID, Millis(NOW + 1))
    assert store.due_refunds(now_ms=NOW, limit=5) == []


def test_a_result_makes_its_refund_due_and_fails_a_decision_that_had_not_seen_it(
    store: RtdbStore,
) -> None:
    store.create_refund(replace(REFUND, next_check_at_ms=None))
    before = store.read_refund(ID)
    assert before is not None
    store.record_result(ID, 1, ResultKind.SENT, raw(1))
    assert not store.replace_refund(before, before.value)
    after = store.read_refund(ID)
    assert after is not None
    assert (after.value.next_check_at_ms, after.value.has_unseen_result) == (NOW, True)
    [told] = store.read_results(ID, seen=frozenset())
    assert (told.code, told.kind, told.attempt) == ("1", ResultKind.SENT, 1)


def test_a_copy_of_a_result_is_counted_and_hides_nothing(
    store: RtdbStore, database: LiveDatabase
) -> None:
    store.create_refund(REFUND)
    store.record_result(ID, 1, ResultKind.SENT, raw(1))
    store.record_result(ID, 1, ResultKind.TIMEOUT, raw(1))
    store.record_result(ID, 1, ResultKind.SENT, raw(1, NOW + 5))
    assert len(store.read_results(ID, seen=frozenset())) == 2
    assert database.read(f"results/{ID}/sent-1-{1:032}/copies") == 2
    assert database.read(f"refunds/{ID}/latest_result_id").startswith("timeout-1-")


def test_results_that_were_seen_never_crowd_out_a_new_one(
    store: RtdbStore, database: LiveDatabase
) -> None:
    body = json.dumps({"Result": {"ResultCode": 0}})
    rows = {
        f"status-1-{number:032}": {
            "kind": "status",
            "attempt": 1,
            "received_at": NOW + number,
            "body": body,
        }
        for number in range(MAX_RESULTS + 2)
    }
    database.write(f"results/{ID}", rows)
    *before, last = sorted(rows)
    assert [told.evidence_id for told in store.read_results(ID, seen=frozenset(before))] == [last]
    first = store.read_results(ID, seen=frozenset())
    assert [told.evidence_id for told in first] == before[:MAX_RESULTS]


def test_a_payee_is_kept_apart_and_forgotten(store: RtdbStore) -> None:
    store.put_payee(ID, Msisdn("254700000001"))
    assert store.read_payee(ID) == "254700000001"
    store.remove_payee(ID)
    assert store.read_payee(ID) is None


def test_the_first_decision_about_a_receipt_stands_until_its_refund_lets_go(
    store: RtdbStore,
) -> None:
    mine = ReceiptDecision(
        kind=ReceiptWord.REFUND, by=Uid("grace"), why="x", at_ms=NOW, refund_id=ID
    )
    other = replace(mine, refund_id=RefundId("-Of2fAbcdEFGHijkl012"))
    receipt = Receipt("UKL1BBBB02")
    assert store.decide_receipt(TRANSACTION, receipt, mine) == mine
    assert store.decide_receipt(TRANSACTION, receipt, other) == mine
    store.undo_decision(TRANSACTION, receipt, RefundId("-Of2fAbcdEFGHijkl012"))
    assert store.read_decisions(TRANSACTION) == [(receipt, mine)]
    store.undo_decision(TRANSACTION, receipt, ID)
    assert store.decide_receipt(TRANSACTION, receipt, other) == other
