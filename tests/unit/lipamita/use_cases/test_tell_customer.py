"""A tenant is told once, by one channel, as they chose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.customer_notice import LASTS_MS, RATE
from lipamita.domain.ids import Uid
from lipamita.domain.payment import Payment, Status
from lipamita.use_cases.tell_customer import PUSH, SMS, tell_of_alert, tell_of_payment
from lipamita.use_cases.world import World

from tests.fakes.estate import METER, OWNER, START_MS, Estate
from tests.unit.lipamita.domain.samples import a_payment

PAID = a_payment(Status.PAID, user_id=OWNER.uid, meter_id=METER, mpesa_receipt="UKL1AAAA01")


def estate_with(profile: dict[str, object] | None = None, payment: Payment = PAID) -> Estate:
    estate = Estate()
    estate.store.payments[payment.transaction_id] = payment
    estate.store.profiles[OWNER.uid] = {"phone_number": "254700000001", **(profile or {})}
    return estate


def world_of(estate: Estate, *channels: str) -> World:
    return replace(estate.world, customer_channels=channels or (PUSH, SMS))


def test_a_payment_is_told_once_whatever_is_repeated() -> None:
    estate = estate_with()
    for _ in range(3):
        tell_of_payment(PAID.transaction_id, world_of(estate))
    (notice,) = estate.store.notices.values()
    assert (notice.channel, notice.recipient, notice.kind) == (SMS, OWNER.uid, "paid")
    assert "House A1" in notice.body


def test_push_goes_before_sms_where_an_app_is_registered() -> None:
    estate = estate_with()
    estate.store.apps[OWNER.uid] = {"aa11": "token"}
    tell_of_payment(PAID.transaction_id, world_of(estate))
    assert [notice.channel for notice in estate.store.notices.values()] == [PUSH]


def test_who_registers_an_app_after_the_sms_is_not_told_again() -> None:
    estate = estate_with()
    tell_of_payment(PAID.transaction_id, world_of(estate))
    estate.store.apps[OWNER.uid] = {"aa11": "token"}
    tell_of_payment(PAID.transaction_id, world_of(estate))
    assert [notice.channel for notice in estate.store.notices.values()] == [SMS]


@pytest.mark.parametrize(("age_ms", "told"), [(LASTS_MS, 1), (LASTS_MS + 1, 0)])
def test_what_happened_more_than_a_day_ago_is_no_news(age_ms: int, told: int) -> None:
    estate = estate_with(payment=replace(PAID, paid_at_ms=START_MS, updated_at_ms=START_MS))
    estate.wait(age_ms)
    tell_of_payment(PAID.transaction_id, world_of(estate))
    assert len(estate.store.notices) == told


@pytest.mark.parametrize(
    ("profile", "channels"),
    [
        ({"phone_number": None}, (PUSH, SMS)),
        ({"notifications": {"payment": False}}, (PUSH, SMS)),
        ({}, (PUSH,)),
    ],
    ids=["no phone", "switched off", "no SMS"],
)
def test_who_cannot_or_will_not_be_told_is_left_alone(
    profile: dict[str, object], channels: tuple[str, ...]
) -> None:
    estate = estate_with(profile)
    tell_of_payment(PAID.transaction_id, world_of(estate, *channels))
    assert estate.store.notices == {}


def test_without_channels_nothing_is_read_or_kept() -> None:
    estate = estate_with()
    tell_of_payment(PAID.transaction_id, replace(estate.world, customer_channels=()))
    assert estate.store.notices == {}


@pytest.mark.parametrize("status", [Status.CREATED, Status.PROMPTED, Status.EXPIRED])
def test_what_is_still_open_is_not_news(status: Status) -> None:
    payment = replace(PAID, status=status)
    estate = estate_with(payment=payment)
    tell_of_payment(payment.transaction_id, world_of(estate))
    assert estate.store.notices == {}


def test_an_alert_is_told_to_the_owner_in_their_language() -> None:
    estate = estate_with({"language": "sw"})
    tell_of_alert(METER, "a1", "out_of_credit", world_of(estate))
    (notice,) = estate.store.notices.values()
    assert notice.body.startswith("House A1 imeishiwa umeme")


@pytest.mark.parametrize("kind", ["registers_fell", "another"])
def test_alerts_for_operators_are_not_told_to_tenants(kind: str) -> None:
    estate = estate_with()
    tell_of_alert(METER, "a1", kind, world_of(estate))
    assert estate.store.notices == {}


def test_a_meter_without_an_owner_tells_nobody() -> None:
    estate = estate_with()
    estate.store.meters[METER] = replace(estate.store.meters[METER], owner_uid=None)
    tell_of_alert(METER, "a1", "tamper", world_of(estate))
    assert estate.store.notices == {}


def test_nobody_is_told_more_than_a_day_bears() -> None:
    estate = estate_with()
    for number in range(RATE.count + 5):
        tell_of_alert(METER, f"a{number}", "tamper", world_of(estate))
    assert len(estate.store.notices) == RATE.count


def test_another_person_is_not_held_back_by_it() -> None:
    estate = estate_with()
    for number in range(RATE.count + 5):
        tell_of_alert(METER, f"a{number}", "tamper", world_of(estate))
    brian = Uid("tenant-brian")
    estate.store.profiles[brian] = {"phone_number": "254700000002"}
    estate.store.meters[METER] = replace(estate.store.meters[METER], owner_uid=brian)
    tell_of_alert(METER, "b", "tamper", world_of(estate))
    assert estate.store.notices["to-MTR-001-b-tamper"].recipient == brian
