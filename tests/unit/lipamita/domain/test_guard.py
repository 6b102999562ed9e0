"""One prompt a phone, a second tap is the same purchase, and rates that hold exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.guard import (
    DOUBLE_TAP_MS,
    PROMPT_LIFE_MS,
    RATES,
    Clearance,
    PhonePrompt,
    Rate,
    RateKind,
    admit,
    clear_phone,
)
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.payment import Status
from lipamita.domain.units import Kes, Millis

NOW = Millis(1_795_000_000_000)
FIRST = PhonePrompt(
    transaction_id=TransactionId("first"),
    user_id=Uid("amina"),
    account="MTR-001",
    amount_kes=Kes(100),
    created_at_ms=NOW,
)


def later(ms: int, **changes: object) -> PhonePrompt:
    at = Millis(NOW + ms)
    second = replace(FIRST, transaction_id=TransactionId("second"), created_at_ms=at)
    return replace(second, **changes)  # type: ignore[arg-type]


def test_a_phone_never_prompted_is_clear() -> None:
    assert clear_phone(None, None, FIRST) == Clearance()


def test_the_same_transaction_again_is_clear() -> None:
    assert clear_phone(FIRST, Status.CREATED, FIRST) == Clearance()


@pytest.mark.parametrize("status", [Status.CREATED, Status.PROMPTED])
def test_a_second_tap_is_the_first_purchase(status: Status) -> None:
    assert clear_phone(FIRST, status, later(50)) == Clearance(same_as=FIRST.transaction_id)


@pytest.mark.parametrize(
    "second",
    [
        later(50, amount_kes=Kes(200)),
        later(50, account="MTR-002"),
        later(50, user_id=Uid("brian")),
        later(DOUBLE_TAP_MS),
    ],
)
def test_another_purchase_waits_until_the_prompt_is_over(second: PhonePrompt) -> None:
    left_ms = PROMPT_LIFE_MS - (second.created_at_ms - NOW)
    assert clear_phone(FIRST, Status.PROMPTED, second) == Clearance(wait_ms=left_ms)


def test_a_request_that_was_held_up_does_not_become_a_later_purchase() -> None:
    assert clear_phone(FIRST, Status.PROMPTED, later(-50)).same_as is None


def test_a_prompt_is_over_after_its_life() -> None:
    assert clear_phone(FIRST, Status.PROMPTED, later(PROMPT_LIFE_MS)) == Clearance()


@pytest.mark.parametrize("status", set(Status) - {Status.CREATED, Status.PROMPTED})
def test_the_same_purchase_after_the_first_has_ended_is_a_new_one(status: Status) -> None:
    assert clear_phone(FIRST, status, later(50)) == Clearance()


def test_a_push_whose_payment_is_not_stored_yet_is_waited_for() -> None:
    assert clear_phone(FIRST, None, later(50)).wait_ms > 0


@given(
    gaps=st.lists(st.integers(0, 5_000), min_size=1, max_size=60),
    count=st.integers(1, 5),
    per_ms=st.integers(5, 20_000),
)
def test_no_window_ever_lets_in_twice_the_rate(gaps: list[int], count: int, per_ms: int) -> None:
    rate, on_schedule, now = Rate(count=count, per_ms=per_ms), None, int(NOW)
    let_in: list[int] = []
    for gap in gaps:
        now += gap
        admission = admit(rate, on_schedule, now_ms=Millis(now))
        on_schedule = admission.on_schedule_at_ms
        if not admission.wait_ms:
            let_in.append(now)
    window_ms = rate.interval_ms * count
    for start in let_in:
        assert sum(start <= at < start + window_ms for at in let_in) <= 2 * count - 1


@given(waited=st.integers(0, 600_000))
def test_waiting_as_long_as_told_lets_the_next_one_in(waited: int) -> None:
    rate, on_schedule, now = RATES[RateKind.USER], None, int(NOW) + waited
    while not (admission := admit(rate, on_schedule, now_ms=Millis(now))).wait_ms:
        on_schedule = admission.on_schedule_at_ms
    again = admit(rate, on_schedule, now_ms=Millis(now + admission.wait_ms))
    assert again.wait_ms == 0
    early = admit(rate, on_schedule, now_ms=Millis(now + admission.wait_ms - 1))
    assert early.wait_ms == 1


def test_a_burst_is_let_in_whole() -> None:
    rate, on_schedule = Rate(count=5, per_ms=1_000), None
    for _ in range(5):
        admission = admit(rate, on_schedule, now_ms=NOW)
        assert admission.wait_ms == 0
        on_schedule = admission.on_schedule_at_ms
    assert admit(rate, on_schedule, now_ms=NOW).wait_ms == 200
