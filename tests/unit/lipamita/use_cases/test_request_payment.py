"""Opening a payment: the intent first, the push once, the price frozen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
)
from lipamita.domain.evidence import PushRefused, PushUnclear
from lipamita.domain.guard import DOUBLE_TAP_MS, PROMPT_LIFE_MS, RATES, RateKind
from lipamita.domain.ids import MeterId, TransactionId, Uid, is_path_key
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Status
from lipamita.domain.tariff import Block, Tariff
from lipamita.domain.units import MINUTE_MS, Cents
from lipamita.use_cases.records import PushRequest
from lipamita.use_cases.request_payment import PUSH_WITHIN_MS, request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, Estate, ask, make_meter, success
from tests.fakes.memory_nodes import ProcessDiedError


def test_the_intent_is_stored_before_the_push() -> None:
    estate = Estate()
    seen: list[Status] = []
    estate.daraja.during_push = lambda _: seen.extend(
        payment.status for payment in estate.store.payments.values()
    )
    payment = request_payment(ask(), estate.world)
    assert seen == [Status.CREATED]
    assert payment.status is Status.PROMPTED


def test_the_callback_path_carries_a_secret_of_its_own_payment() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    *_, transaction_id, key = estate.daraja.pushes[0].callback_url.split("/")
    assert transaction_id == payment.transaction_id
    assert is_path_key("c" * 32, payment.transaction_id, key)


def test_the_payer_sees_the_meter_number_without_its_dash() -> None:
    estate = Estate()
    request_payment(ask(), estate.world)
    assert estate.daraja.pushes[0].account_reference == "MTR001"


def test_a_process_that_was_held_up_does_not_push_any_more() -> None:
    estate = Estate()
    estate.store.after_write = lambda path: estate.wait(
        PUSH_WITHIN_MS + 1 if path.startswith("transactions/") else 0
    )
    payment = request_payment(ask(), estate.world)
    assert (payment.status, payment.reason) == (Status.FAILED, "push_not_sent")
    assert estate.daraja.pushes == []


def test_the_same_key_and_body_push_once_and_give_the_same_payment() -> None:
    estate = Estate()
    first = request_payment(ask(), estate.world)
    second = request_payment(ask(), estate.world)
    assert second == first
    assert len(estate.daraja.pushes) == 1


def test_a_second_tap_during_the_push_does_not_push() -> None:
    estate = Estate()
    taps: list[Status] = []

    def tap_again(_: PushRequest) -> None:
        estate.daraja.during_push = lambda _: None
        taps.append(request_payment(ask(), estate.world).status)

    estate.daraja.during_push = tap_again
    request_payment(ask(), estate.world)
    assert taps == [Status.CREATED]
    assert len(estate.daraja.pushes) == 1


def test_the_key_of_a_second_tap_stands_for_the_first_whatever_became_of_it() -> None:
    estate = Estate()
    first = request_payment(ask(phone="254700000001"), estate.world)
    estate.wait(DOUBLE_TAP_MS // 2)
    request_payment(ask(key="key-2", phone="254700000001"), estate.world)
    estate.wait(MINUTE_MS)
    estate.tell(first, success(first))
    settle_payment(first.transaction_id, estate.world)
    repeated = request_payment(ask(key="key-2", phone="254700000001"), estate.world)
    assert (repeated.transaction_id, repeated.status) == (first.transaction_id, Status.PAID)
    assert len(estate.daraja.pushes) == 1


def test_the_same_key_with_another_body_is_a_conflict_and_pushes_nothing() -> None:
    estate = Estate()
    request_payment(ask(), estate.world)
    with pytest.raises(ConflictError) as raised:
        request_payment(ask(amount_kes=501), estate.world)
    assert raised.value.code == "idempotency_key_reused"
    assert len(estate.daraja.pushes) == 1


def test_another_key_is_another_payment() -> None:
    estate = Estate()
    first = request_payment(ask(), estate.world)
    second = request_payment(ask(key="key-2"), estate.world)
    assert first.transaction_id != second.transaction_id


def test_a_lost_answer_leaves_the_payment_open_and_unpushed_again() -> None:
    estate = Estate()
    estate.daraja.push_answer = PushUnclear(why="ReadTimeout")
    payment = request_payment(ask(), estate.world)
    again = request_payment(ask(), estate.world)
    assert (payment.status, payment.reason) == (Status.CREATED, "push_unknown")
    assert again.transaction_id == payment.transaction_id
    assert len(estate.daraja.pushes) == 1


def test_a_refused_push_fails_with_its_reason_and_an_alarm_if_it_is_ours_to_mend() -> None:
    estate = Estate()
    estate.daraja.push_answer = PushRefused(
        code="push_rejected", message="Not set up.", detail="400.002.02", alarm=True
    )
    payment = request_payment(ask(), estate.world)
    assert (payment.status, payment.reason) == (Status.FAILED, "push_rejected")
    assert payment.next_check_at_ms is None
    assert [alarm.kind for alarm in estate.store.alarms] == ["push_refused"]


def test_a_callback_before_the_push_response_is_credited_and_not_lowered() -> None:
    estate = Estate()

    def paid_already(_: PushRequest) -> None:
        payment = next(iter(estate.store.payments.values()))
        estate.tell(payment, success(payment))
        settle_payment(payment.transaction_id, estate.world)

    estate.daraja.during_push = paid_already
    payment = request_payment(ask(), estate.world)
    assert payment.status is Status.PAID
    assert estate.store.known_prompts[payment.transaction_id].checkout_request_id
    assert estate.store.registers[METER].credited_total_wh == 20_000


@pytest.mark.parametrize("died_at", range(1, 4))
def test_dying_before_the_push_never_pushes_twice(died_at: int) -> None:
    estate = Estate()
    writes = 0

    def die(_: str) -> None:
        nonlocal writes
        writes += 1
        if writes == died_at:
            raise ProcessDiedError

    estate.store.after_write = die
    with pytest.raises(ProcessDiedError):
        request_payment(ask(), estate.world)
    estate.store.after_write = lambda _: None
    request_payment(ask(), estate.world)
    assert len(estate.daraja.pushes) <= 1


def test_dying_right_after_the_push_leaves_a_payment_its_callback_still_finds() -> None:
    estate = Estate()

    def die(path: str) -> None:
        if path.startswith("transactions/") and estate.daraja.pushes:
            raise ProcessDiedError

    estate.store.before_write = die
    with pytest.raises(ProcessDiedError):
        request_payment(ask(), estate.world)
    estate.store.before_write = lambda _: None
    payment = next(iter(estate.store.payments.values()))
    estate.tell(payment, success(payment))
    assert settle_payment(payment.transaction_id, estate.world).status is Status.PAID


def test_the_price_is_frozen_when_the_payment_is_requested() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    dearer = Block(up_to_wh=None, price_cents_per_kwh=Cents(5_000))
    estate.store.tariffs["flat"] = Tariff(tariff_id="flat", blocks=(dearer,))
    estate.tell(payment, success(payment))
    settled = settle_payment(payment.transaction_id, estate.world)
    assert settled.delivery.energy_wh == payment.quote.energy_wh == 20_000


def test_an_unknown_meter_stores_nothing() -> None:
    estate = Estate()
    with pytest.raises(NotFoundError) as raised:
        request_payment(replace(ask(), meter_id=MeterId("MTR-404")), estate.world)
    assert raised.value.field == "meter_id"
    assert not estate.store.versions


@pytest.mark.parametrize(
    "caller",
    [
        Caller(uid=Uid("tenant-brian"), role=Role.TENANT),
        Caller(uid=Uid("device-mtr-001"), role=Role.METER, meter_id=METER),
    ],
)
def test_a_foreign_tenant_and_a_device_may_not_pay(caller: Caller) -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError):
        request_payment(ask(caller=caller), estate.world)
    assert not estate.store.versions


def test_an_operator_may_pay_for_any_meter() -> None:
    estate = Estate()
    operator = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
    assert request_payment(ask(caller=operator), estate.world).status is Status.PROMPTED


def test_an_amount_that_buys_nothing_is_refused_before_anything_is_stored() -> None:
    estate = Estate()
    golden = Block(up_to_wh=None, price_cents_per_kwh=Cents(100_000_000))
    estate.store.tariffs["flat"] = Tariff(tariff_id="flat", blocks=(golden,))
    with pytest.raises(InvalidInputError) as raised:
        request_payment(ask(amount_kes=1), estate.world)
    assert raised.value.code == "amount_too_small"
    assert not estate.store.versions


def test_the_users_latest_transaction_is_the_last_requested() -> None:
    estate = Estate()
    request_payment(ask(), estate.world)
    last = request_payment(ask(key="key-2"), estate.world)
    assert estate.store.latest == {Uid("tenant-amina"): TransactionId(last.transaction_id)}


def test_two_taps_with_different_keys_prompt_once() -> None:
    estate = Estate()
    first = request_payment(ask(phone="254700000001"), estate.world)
    estate.wait(50)
    second = request_payment(ask(key="key-2", phone="254700000001"), estate.world)
    assert second.transaction_id == first.transaction_id
    assert len(estate.daraja.pushes) == 1


def test_another_amount_waits_while_a_prompt_is_open_on_the_phone() -> None:
    estate = Estate()
    request_payment(ask(phone="254700000001"), estate.world)
    with pytest.raises(ConflictError) as raised:
        request_payment(ask(amount_kes=20, key="key-2", phone="254700000001"), estate.world)
    assert raised.value.code == "prompt_open"
    assert raised.value.retry_after_ms == PROMPT_LIFE_MS
    assert len(estate.daraja.pushes) == 1


def test_the_same_purchase_again_after_success_is_a_new_one() -> None:
    estate = Estate()
    first = request_payment(ask(phone="254700000001"), estate.world)
    estate.tell(first, success(first))
    settle_payment(first.transaction_id, estate.world)
    estate.wait(10_000)
    second = request_payment(ask(key="key-2", phone="254700000001"), estate.world)
    assert second.transaction_id != first.transaction_id
    assert len(estate.daraja.pushes) == 2


def test_two_payers_for_one_meter_are_both_prompted() -> None:
    estate = Estate()
    operator = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
    request_payment(ask(phone="254700000001"), estate.world)
    request_payment(ask(key="key-2", phone="254700000002", caller=operator), estate.world)
    assert len(estate.daraja.pushes) == 2


def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    estate = Estate()
    count = RATES[RateKind.USER].count
    for number in range(count):
        request_payment(ask(key=f"key-{number}"), estate.world)
    with pytest.raises(RateLimitedError) as raised:
        request_payment(ask(key="one too many"), estate.world)
    assert len(estate.daraja.pushes) == count
    assert raised.value.retry_after_ms == RATES[RateKind.USER].interval_ms
    estate.wait(raised.value.retry_after_ms or 0)
    request_payment(ask(key="later"), estate.world)


def test_a_key_that_waited_for_the_phone_goes_on_when_it_is_free() -> None:
    estate = Estate()
    request_payment(ask(phone="254700000001"), estate.world)
    waiting = ask(amount_kes=20, key="key-2", phone="254700000001")
    with pytest.raises(ConflictError):
        request_payment(waiting, estate.world)
    estate.wait(PROMPT_LIFE_MS)
    assert request_payment(waiting, estate.world).status is Status.PROMPTED


def test_the_same_key_gives_the_same_payment_whatever_changed_since() -> None:
    estate = Estate()
    first = request_payment(ask(), estate.world)
    estate.store.meters[METER] = replace(make_meter(), owner_uid=Uid("tenant-brian"))
    assert request_payment(ask(), estate.world).transaction_id == first.transaction_id
