"""A tenant is told once, by one channel, as they chose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.customer_notice import LASTS_MS, RATE
from lipamita.domain.ids import Uid
from lipamita.domain.meter_alert import Alert
from lipamita.domain.payment import Payment, Status
from lipamita.domain.units import Millis
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.tell_customer import PUSH, SMS, tell_of_alert, tell_of_payment
from lipamita.use_cases.world import World

from tests.fakes.estate import METER, OWNER, START_MS, Estate, success
from tests.unit.lipamita.domain.samples import a_payment
from tests.unit.lipamita.use_cases.ordering import BRIAN, Ordering

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


def alert(
    estate: Estate, kind: str, alert_id: str = "a1", at_ms: Millis = START_MS, **more: int
) -> None:
    """The meter raised it, and its trigger came."""
    raised = Alert(
        alert_id=alert_id,
        kind=kind,
        raised_at_ms=at_ms,
        value=more.get("value"),
        cleared_at_ms=Millis(more["cleared_at_ms"]) if "cleared_at_ms" in more else None,
    )
    estate.store.put_alert(METER, raised)
    tell_of_alert(METER, alert_id, world_of(estate))


def test_an_alert_is_told_to_the_owner_in_their_language() -> None:
    estate = estate_with({"language": "sw"})
    alert(estate, "out_of_credit")
    (notice,) = estate.store.notices.values()
    assert notice.body.startswith("House A1 imeishiwa umeme")


@pytest.mark.parametrize("kind", ["registers_fell", "another"])
def test_alerts_for_operators_are_not_told_to_tenants(kind: str) -> None:
    estate = estate_with()
    alert(estate, kind)
    assert estate.store.notices == {}


@pytest.mark.parametrize("kind", ["tamper", "cover_open", "magnetic_field", "reverse_current"])
def test_whatever_the_meter_noticed_of_tampering_is_told(kind: str) -> None:
    estate = estate_with()
    alert(estate, kind)
    assert [notice.kind for notice in estate.store.notices.values()] == ["tamper"]


def test_how_long_the_credit_lasts_is_told_with_it() -> None:
    estate = estate_with()
    estate.store.meters[METER] = replace(estate.store.meters[METER], current_balance_wh=3_200)
    alert(estate, "credit_ends_soon", value=31)
    (notice,) = estate.store.notices.values()
    assert "3.2 kWh left: about 31 hours" in notice.body


def test_an_alert_that_ended_or_is_old_is_no_news() -> None:
    estate = estate_with()
    alert(estate, "offline", "a1", cleared_at_ms=START_MS + 1)
    alert(estate, "tamper", "a2", at_ms=Millis(START_MS - LASTS_MS - 1))
    assert estate.store.notices == {}


def test_a_new_owner_is_not_told_what_happened_before() -> None:
    estate = estate_with()
    moved = replace(estate.store.meters[METER], owner_since_ms=Millis(START_MS + 1))
    estate.store.meters[METER] = moved
    alert(estate, "tamper")
    assert estate.store.notices == {}


def test_an_alert_that_is_gone_tells_nobody() -> None:
    estate = estate_with()
    tell_of_alert(METER, "a1", world_of(estate))
    assert estate.store.notices == {}


def test_a_meter_without_an_owner_tells_nobody() -> None:
    estate = estate_with()
    estate.store.meters[METER] = replace(estate.store.meters[METER], owner_uid=None)
    alert(estate, "tamper", "a1")
    assert estate.store.notices == {}


def test_nobody_is_told_more_than_a_day_bears() -> None:
    estate = estate_with()
    for number in range(RATE.count + 5):
        alert(estate, "tamper", f"a{number}")
    assert len(estate.store.notices) == RATE.count


def test_another_person_is_not_held_back_by_it() -> None:
    estate = estate_with()
    for number in range(RATE.count + 5):
        alert(estate, "tamper", f"a{number}")
    brian = Uid("tenant-brian")
    estate.store.profiles[brian] = {"phone_number": "254700000002"}
    estate.store.meters[METER] = replace(estate.store.meters[METER], owner_uid=brian)
    alert(estate, "tamper", "b")
    assert estate.store.notices["to-MTR-001-b-tamper"].recipient == brian


def told_of_a_place(estate: Ordering, payment: Payment) -> list[tuple[str, str]]:
    estate.store.profiles[OWNER.uid] = {"phone_number": "254700000001"}
    tell_of_payment(payment.transaction_id, world_of(estate))
    return [(notice.kind, notice.body) for notice in estate.store.notices.values()]


def test_a_place_is_told_by_its_name_and_time_once_it_is_the_payers() -> None:
    estate = Ordering()
    payment = estate.prompt(estate.order())
    assert told_of_a_place(estate, payment) == []
    estate.pay(payment)
    ((kind, body),) = told_of_a_place(estate, payment)
    assert kind == "place_confirmed"
    assert body == "KES 300 received (UKL1AAAA01). Tennis court (18.11.2026 18:00) is yours."


@pytest.mark.parametrize("refunds", [True, False])
def test_who_paid_too_late_is_told_once_that_the_money_goes_back(*, refunds: bool) -> None:
    estate = Ordering()
    order = estate.order()
    payment = estate.prompt(order)
    estate.expire(order)
    estate.order(BRIAN, key="order-2")
    world = estate.world if refunds else replace(estate.world, money_out=None)
    estate.tell(payment, success(payment))
    settle_payment(payment.transaction_id, world)
    ((kind, body),) = told_of_a_place(estate, payment)
    assert kind == "place_gone"
    assert "goes back" in body
    assert len(told_of_a_place(estate, payment)) == 1
