"""Assigned suspense is seen until it is placed, and open again when its meter cannot take it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import BusyError, ConflictError
from lipamita.domain.ids import MeterId, Receipt, TransactionId
from lipamita.domain.meter import Caller
from lipamita.domain.suspense import UNSELLABLE_FOR_MS, SuspenseItem, SuspenseWord
from lipamita.domain.two_people import TWO_PEOPLE_ABOVE_KES
from lipamita.domain.units import HOUR_MS
from lipamita.use_cases import assign_suspense as assigning
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.move_to_suspense import move_to_suspense
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.retire_meter import retire_meter
from lipamita.use_cases.view_queues import Asked, SuspenseRow, list_suspense, view_suspense
from lipamita.use_cases.view_receipt import Place, view_receipt

from tests.fakes.estate import METER, Estate
from tests.fakes.memory_nodes import ProcessDiedError
from tests.unit.lipamita.use_cases.refunding import GRACE, HENRY, RECEIPT, Refunding
from tests.unit.lipamita.use_cases.test_accept_confirmation import paid_by_hand
from tests.unit.lipamita.use_cases.test_move_to_suspense import (
    OTHER_METER,
    estate_of_two,
    in_review,
    order,
    sold_wh,
)

MUCH_KES = TWO_PEOPLE_ABOVE_KES + 1
ENERGY_WH = 20_000


def in_suspense(amount: str = "500.00") -> Refunding:
    estate = estate_of_two()
    accept_confirmation(paid_by_hand(estate, "nobody", amount), estate.world)
    return estate


def assign(estate: Estate, meter_id: MeterId = METER, caller: Caller = GRACE) -> object:
    word = Assignment(confirmation_id=RECEIPT, meter_id=meter_id, why="hers", caller=caller)
    return assign_suspense(word, estate.world)[1]


def assign_and_die(estate: Estate, patch: pytest.MonkeyPatch, caller: Caller = GRACE) -> None:
    """The decision stands; whoever made it died before anything was done."""

    def die(*_: object) -> None:
        raise ProcessDiedError

    with patch.context() as broken:
        broken.setattr(assigning, "accept_confirmation", die)
        with pytest.raises(ProcessDiedError):
            assign(estate, caller=caller)


def die_when(estate: Estate, path: str, moment: str) -> None:
    """Once, around the next write there."""

    def die(written: str) -> None:
        if written.startswith(path):
            setattr(estate.store, moment, lambda _: None)
            raise ProcessDiedError

    setattr(estate.store, moment, die)


def assign_and_die_with_the_claim(estate: Estate) -> None:
    die_when(estate, "transactions/", "before_write")
    with pytest.raises(ProcessDiedError):
        assign(estate)
    assert RECEIPT in estate.store.receipts
    assert not estate.store.payments


def hours(estate: Estate, count: int = 3) -> None:
    for _ in range(count):
        estate.wait(HOUR_MS)
        reconcile(estate.world)


def listed(estate: Estate) -> list[SuspenseRow]:
    return list(list_suspense(Asked(), GRACE, estate.world).rows)


def item(estate: Estate) -> SuspenseItem:
    return estate.store.suspense[RECEIPT]


def alarms(estate: Estate) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.detail) for alarm in estate.store.alarms]


@pytest.fixture
def stranded(monkeypatch: pytest.MonkeyPatch) -> Refunding:
    """Assigned to a meter that was retired before it was sold anything."""
    estate = in_suspense()
    assign_and_die(estate, monkeypatch)
    retire_meter(METER, GRACE, estate.world)
    return estate


def test_what_can_never_be_sold_to_its_meter_is_open_again_with_the_reason(
    stranded: Refunding,
) -> None:
    came_ms = item(stranded).received_at_ms
    hours(stranded)
    [row] = listed(stranded)
    assert (row.item.reason, row.item.assigned_meter_id) == ("meter_retired", None)
    assert row.item.received_at_ms == came_ms
    assert row.allowed == (SuspenseWord.ASSIGN, SuspenseWord.REFUND)
    assert alarms(stranded)[1:] == [("money_in_suspense", "meter_retired")]


def test_it_can_then_be_given_to_another_meter(stranded: Refunding) -> None:
    hours(stranded)
    assert assign(stranded, OTHER_METER) is ConfirmationOutcome.CREDITED
    assert (sold_wh(stranded, METER), sold_wh(stranded, OTHER_METER)) == (0, ENERGY_WH)
    assert listed(stranded) == []


def test_it_can_then_go_back(stranded: Refunding) -> None:
    hours(stranded)
    stranded.told_paid(stranded.ask_back())
    hours(stranded)
    assert stranded.money_out.paid_kes == 500
    assert view_receipt(RECEIPT, stranded.world).place is Place.REFUNDED
    assert not stranded.store.payments


def stranded_with_its_claim() -> Refunding:
    """Assigned and claimed by a process that died; then its meter was retired, hours ago."""
    estate = in_suspense()
    assign_and_die_with_the_claim(estate)
    retire_meter(METER, GRACE, estate.world)
    hours(estate)
    return estate


def test_what_was_claimed_before_its_process_died_is_open_again_too() -> None:
    estate = stranded_with_its_claim()
    assert (item(estate).reason, item(estate).assigned_meter_id) == ("meter_retired", None)
    assert assign(estate, OTHER_METER) is ConfirmationOutcome.CREDITED
    hours(estate)
    assert (sold_wh(estate, METER), sold_wh(estate, OTHER_METER)) == (0, ENERGY_WH)


def test_what_was_claimed_before_its_process_died_can_go_back() -> None:
    estate = stranded_with_its_claim()
    estate.told_paid(estate.ask_back())
    hours(estate)
    assert estate.money_out.paid_kes == 500
    assert not estate.store.payments


def test_what_its_next_meter_did_not_get_either_moves_on() -> None:
    """The payment of the second assignment is not the transaction that the first one left."""
    estate = stranded_with_its_claim()
    die_when(estate, "registers/", "before_write")
    with pytest.raises(ProcessDiedError):
        assign(estate, OTHER_METER)
    retire_meter(OTHER_METER, GRACE, estate.world)
    hours(estate)
    [payment] = estate.store.payments.values()
    move_to_suspense(order(payment, amount_kes=500), estate.world)
    assert [row.item.assigned_meter_id for row in listed(estate)] == [None]


def test_money_moved_out_of_a_review_is_open_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = estate_of_two()
    payment = in_review(estate)
    move_to_suspense(order(payment), estate.world)
    assign_and_die(estate, monkeypatch)
    retire_meter(METER, GRACE, estate.world)
    hours(estate)
    assert item(estate).moved_from == payment.transaction_id
    estate.told_paid(estate.ask_back())
    hours(estate)
    assert (estate.money_out.paid_kes, sold_wh(estate, METER)) == (300, 0)


def test_a_meter_that_is_ready_again_in_time_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = in_suspense()
    assign_and_die(estate, monkeypatch)
    tariffs = dict(estate.store.tariffs)
    estate.store.tariffs.clear()
    hours(estate, 1)
    assert item(estate).assigned_meter_id == METER
    estate.store.tariffs.update(tariffs)
    hours(estate, 1)
    assert sold_wh(estate, METER) == ENERGY_WH
    assert (listed(estate), item(estate).unsellable_at_ms) == ([], None)


def test_it_stays_assigned_until_nobody_can_be_left_who_saw_the_meter_sellable(
    stranded: Refunding,
) -> None:
    accept_confirmation(RECEIPT, stranded.world)
    stranded.wait(UNSELLABLE_FOR_MS - 1)
    accept_confirmation(RECEIPT, stranded.world)
    assert item(stranded).assigned_meter_id == METER
    stranded.wait(1)
    accept_confirmation(RECEIPT, stranded.world)
    assert item(stranded).assigned_meter_id is None


def test_whoever_finds_it_sellable_loses_to_whoever_opens_it_at_the_same_time() -> None:
    """One read the refusal that was noted; before it creates the payment the item is opened."""
    estate = in_suspense()
    assign_and_die_with_the_claim(estate)
    tariffs = dict(estate.store.tariffs)
    estate.store.tariffs.clear()
    accept_confirmation(RECEIPT, estate.world)
    estate.wait(UNSELLABLE_FOR_MS)
    estate.store.tariffs.update(tariffs)

    real = estate.store.replace_suspense

    def late(*args: object) -> bool:
        estate.store.replace_suspense = real  # type: ignore[method-assign]
        estate.store.tariffs.clear()
        accept_confirmation(RECEIPT, estate.world)
        assert item(estate).assigned_meter_id is None
        estate.store.tariffs.update(tariffs)
        return real(*args)  # type: ignore[arg-type]

    estate.store.replace_suspense = late  # type: ignore[method-assign, assignment]
    with pytest.raises(BusyError):
        accept_confirmation(RECEIPT, estate.world)
    hours(estate)
    assert not estate.store.payments
    assert [row.item.assigned_meter_id for row in listed(estate)] == [None]


def test_it_is_not_opened_if_one_from_before_the_refusal_was_noted_creates_its_payment() -> None:
    estate = in_suspense()
    assign_and_die_with_the_claim(estate)
    tariffs = dict(estate.store.tariffs)
    estate.store.tariffs.clear()
    accept_confirmation(RECEIPT, estate.world)
    estate.wait(UNSELLABLE_FOR_MS)
    real = estate.store.receipt_owner
    asked: list[str] = []

    def meanwhile(receipt: Receipt) -> TransactionId | None:
        asked.append(receipt)
        if len(asked) == 2:  # the first asks whom to credit, the second whether to open it
            noted = item(estate)
            estate.store.suspense[RECEIPT] = replace(noted, unsellable_at_ms=None)  # as it was
            estate.store.tariffs.update(tariffs)
            die_when(estate, "registers/", "before_write")
            with pytest.raises(ProcessDiedError):
                accept_confirmation(RECEIPT, estate.world)
            estate.store.suspense[RECEIPT] = noted
        return real(receipt)

    estate.store.receipt_owner = meanwhile  # type: ignore[method-assign]
    accept_confirmation(RECEIPT, estate.world)
    assert item(estate).assigned_meter_id == METER
    hours(estate)
    assert sold_wh(estate, METER) == ENERGY_WH
    assert listed(estate) == []


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
@pytest.mark.parametrize("path", ["alarms", "proposals/", "suspense/", "confirmations"])
def test_dying_around_any_write_still_opens_it_with_an_alarm(
    monkeypatch: pytest.MonkeyPatch, path: str, moment: str
) -> None:
    estate = in_suspense(f"{MUCH_KES}.00")
    assign(estate, caller=HENRY)
    assign_and_die(estate, monkeypatch)
    retire_meter(METER, GRACE, estate.world)
    accept_confirmation(RECEIPT, estate.world)
    estate.wait(UNSELLABLE_FOR_MS)
    die_when(estate, path, moment)
    with pytest.raises(ProcessDiedError):
        accept_confirmation(RECEIPT, estate.world)
    hours(estate)
    [row] = listed(estate)
    assert (row.item.assigned_meter_id, row.proposal) == (None, None)
    assert ("money_in_suspense", "meter_retired") in alarms(estate)


def test_two_who_open_it_at_the_same_time_open_it_once(stranded: Refunding) -> None:
    accept_confirmation(RECEIPT, stranded.world)
    stranded.wait(UNSELLABLE_FOR_MS)
    real = stranded.store.replace_suspense

    def after_the_other(*args: object) -> bool:
        stranded.store.replace_suspense = real  # type: ignore[method-assign]
        accept_confirmation(RECEIPT, stranded.world)
        assert assign(stranded, OTHER_METER) is ConfirmationOutcome.CREDITED
        return real(*args)  # type: ignore[arg-type]

    stranded.store.replace_suspense = after_the_other  # type: ignore[method-assign, assignment]
    accept_confirmation(RECEIPT, stranded.world)
    hours(stranded)
    assert item(stranded).assigned_meter_id == OTHER_METER
    assert sold_wh(stranded, OTHER_METER) == ENERGY_WH
    assert listed(stranded) == []


def test_much_money_needs_two_new_words_for_its_next_meter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = in_suspense(f"{MUCH_KES}.00")
    assign(estate, caller=HENRY)
    assign_and_die(estate, monkeypatch)
    retire_meter(METER, GRACE, estate.world)
    hours(estate)
    assert assign(estate, OTHER_METER, caller=GRACE) is None
    assert item(estate).assigned_meter_id is None
    assert assign(estate, OTHER_METER, caller=HENRY) is ConfirmationOutcome.CREDITED


def test_the_words_of_before_do_not_give_it_to_the_same_meter_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = in_suspense(f"{MUCH_KES}.00")
    assign(estate, caller=HENRY)
    assign_and_die(estate, monkeypatch)
    tariffs = dict(estate.store.tariffs)
    estate.store.tariffs.clear()
    hours(estate)
    estate.store.tariffs.update(tariffs)
    assert assign(estate, caller=GRACE) is None
    assert sold_wh(estate, METER) == 0


def test_what_is_assigned_stays_in_the_queue_until_it_is_credited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = in_suspense()
    assign_and_die(estate, monkeypatch)
    [row] = listed(estate)
    assert (row.item.assigned_meter_id, row.allowed) == (METER, ())
    with pytest.raises(ConflictError):
        assign(estate, OTHER_METER)
    hours(estate, 1)
    assert listed(estate) == []
    assert view_suspense(RECEIPT, GRACE, estate.world).item.assigned_by == GRACE.uid
    assert sold_wh(estate, METER) == ENERGY_WH


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
def test_it_leaves_the_queue_though_whoever_credited_it_died(moment: str) -> None:
    estate = in_suspense()
    written: list[str] = []

    def die(path: str) -> None:
        if path.startswith("suspense/"):
            written.append(path)
            if len(written) == 2:  # the first is the decision
                raise ProcessDiedError

    setattr(estate.store, moment, die)
    with pytest.raises(ProcessDiedError):
        assign(estate)
    setattr(estate.store, moment, lambda _: None)
    hours(estate, 2)
    assert listed(estate) == []
    assert sold_wh(estate, METER) == ENERGY_WH
