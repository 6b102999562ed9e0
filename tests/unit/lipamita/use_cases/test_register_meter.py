"""The estate's books: registering, binding, replacing, moving and retiring meters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain.command import CommandResult
from lipamita.domain.errors import ConflictError, ForbiddenError, LipamitaError, NotFoundError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role, may_read_payment
from lipamita.domain.meter_alert import Alert
from lipamita.domain.monthly_charge import ChargeAccount
from lipamita.domain.payment import DeliveryStatus, Status
from lipamita.domain.recharge import empty_register
from lipamita.domain.registration import Registration, Site
from lipamita.domain.units import Cents, Millis, Wh
from lipamita.use_cases.bind_device import Binding, bind_device, replace_device
from lipamita.use_cases.check_payment import check_payment
from lipamita.use_cases.follow_ups import FOLLOW_UPS
from lipamita.use_cases.move_meter import Move, move_meter
from lipamita.use_cases.name_site import name_site
from lipamita.use_cases.note_restart import note_restart
from lipamita.use_cases.notice_command import notice_commands
from lipamita.use_cases.register_meter import register_meter
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.retire_meter import retire_meter
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import METER, OWNER, Estate, ask, success
from tests.fakes.memory_nodes import ProcessDiedError

GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
BRIAN = Caller(uid=Uid("tenant-brian"), role=Role.TENANT)
NEW = MeterId("MTR-009")
DEVICE = Uid("device-mtr-001")
OTHER_DEVICE = Uid("device-new")
REGISTRATION = Registration(
    meter_id=NEW,
    name="House C1",
    kind="esp32",
    tariff_id="flat",
    site_id="court",
    owner_uid=BRIAN.uid,
)


def estate() -> Estate:
    made = Estate()
    made.store.profiles[OWNER.uid] = {"name": "Amina", "meter_no": METER}
    made.store.profiles[BRIAN.uid] = {"name": "Brian"}
    made.store.sites["court"] = Site(site_id="court", name="Kilimani Court")
    made.store.accounts["MTR001"] = [METER]
    return made


def refused(do: Any) -> str:
    with pytest.raises(LipamitaError) as told:
        do()
    return told.value.code


def binding(device: Uid = OTHER_DEVICE, caller: Caller = GRACE, meter: MeterId = METER) -> Binding:
    return Binding(meter_id=meter, device_uid=device, why="broken", caller=caller)


def moved(**changes: Any) -> Move:
    return Move(meter_id=METER, why="moved in", **{"caller": GRACE, **changes})


def to(owner: Uid | None) -> Move:
    return moved(changes_owner=True, owner_uid=owner)


# --- register


def test_a_registered_meter_can_be_paid_for_by_its_number() -> None:
    place = estate()
    change = register_meter(REGISTRATION, GRACE, place.world)
    assert change.before is None
    assert place.store.meters[NEW] == change.after
    assert place.store.meters_of_account("MTR009") == [NEW]
    assert change.after.site == "Kilimani Court"


def test_an_owners_first_meter_is_the_one_shown_first() -> None:
    place = estate()
    register_meter(REGISTRATION, GRACE, place.world)
    assert place.store.profiles[BRIAN.uid]["meter_no"] == NEW


def test_registering_again_changes_nothing() -> None:
    place = estate()
    first = register_meter(REGISTRATION, GRACE, place.world)
    again = register_meter(REGISTRATION, GRACE, place.world)
    assert again.before == again.after == first.after


@pytest.mark.parametrize("number", ["MTR-OO1", "MTR0-01", "MTRO-0I"])
def test_a_number_that_could_be_taken_for_another_meters_is_refused(number: str) -> None:
    place = estate()
    wanted = replace(REGISTRATION, meter_id=MeterId(number))
    assert refused(lambda: register_meter(wanted, GRACE, place.world)) == "account_taken"
    assert MeterId(number) not in place.store.meters


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tariff_id": "none"}, "unknown_tariff"),
        ({"site_id": "none"}, "unknown_site"),
        ({"owner_uid": Uid("nobody")}, "unknown_user"),
        ({"meter_id": METER}, "meter_exists"),
    ],
)
def test_what_a_registration_names_must_be_there(change: dict[str, Any], code: str) -> None:
    place = estate()
    wanted = replace(REGISTRATION, **change)
    before = dict(place.store.meters)
    assert refused(lambda: register_meter(wanted, GRACE, place.world)) == code
    assert place.store.meters == before


@pytest.mark.parametrize("when", ["before_write", "after_write"])
@pytest.mark.parametrize("path", ["meter_accounts", "meters", "users"])
def test_a_registration_that_died_is_finished_by_repeating_it(when: str, path: str) -> None:
    place = estate()

    def die(written: str) -> None:
        if written.startswith(path):
            setattr(place.store, when, lambda _: None)
            raise ProcessDiedError

    setattr(place.store, when, die)
    with pytest.raises(ProcessDiedError):
        register_meter(REGISTRATION, GRACE, place.world)
    register_meter(REGISTRATION, GRACE, place.world)
    assert place.store.meters_of_account("MTR009") == [NEW]
    assert place.store.meters[NEW].owner_uid == BRIAN.uid


@pytest.mark.parametrize("caller", [OWNER, BRIAN], ids=["owner", "stranger"])
def test_only_staff_keep_the_books(caller: Caller) -> None:
    world = estate().world
    for do in (
        lambda: register_meter(REGISTRATION, caller, world),
        lambda: bind_device(binding(caller=caller), world),
        lambda: replace_device(binding(caller=caller), world),
        lambda: move_meter(moved(name="x", caller=caller), world),
        lambda: retire_meter(METER, caller, world),
        lambda: name_site(Site(site_id="x", name="X"), caller, world),
    ):
        with pytest.raises(ForbiddenError):
            do()


def test_a_site_is_named_and_renamed() -> None:
    place = estate()
    before, after = name_site(Site(site_id="court", name="New Court"), GRACE, place.world)
    assert before is not None
    assert (before.name, after.name) == ("Kilimani Court", "New Court")
    assert place.store.sites["court"] == after


# --- devices


def test_a_meter_without_a_device_is_bound_to_its_first() -> None:
    place = estate()
    register_meter(REGISTRATION, GRACE, place.world)
    change = bind_device(binding(meter=NEW), place.world)
    assert place.store.meters[NEW].device_uid == OTHER_DEVICE == change.after.device_uid


def test_a_bound_meter_gets_another_device_only_by_replacing() -> None:
    place = estate()
    assert refused(lambda: bind_device(binding(), place.world)) == "device_bound"
    assert place.store.meters[METER].device_uid == DEVICE


def test_the_same_device_again_changes_nothing() -> None:
    place = estate()
    change = bind_device(binding(DEVICE), place.world)
    assert change.before == change.after == place.store.meters[METER]


def test_a_new_device_gets_the_totals_the_old_one_had() -> None:
    place = estate()
    payment = request_payment(ask(), place.world)
    place.tell(payment, success(payment))
    settle_payment(payment.transaction_id, place.world)  # it waits, and the new device covers it
    place.store.meters[METER] = replace(place.store.meters[METER], energy_consumed_total_wh=70)
    change, command = replace_device(binding(), place.world)
    assert change.after.device_uid == place.store.meters[METER].device_uid == OTHER_DEVICE
    assert command is not None
    assert command.arguments == (
        "credited_total_wh=20000;withdrawn_total_wh=0;consumed_total_wh=70;sequence=1"
    )


def test_replacing_twice_by_the_same_device_sends_one_command() -> None:
    place = estate()
    replace_device(binding(), place.world)
    place.wait(5_000)
    replace_device(binding(), place.world)
    assert len(place.store.commands[METER]) == 1


def test_a_new_device_may_count_its_starts_from_one() -> None:
    place = estate()
    status = replace(place.store.meters[METER].status, boot_count=9)
    place.store.meters[METER] = replace(place.store.meters[METER], status=status)
    replace_device(binding(), place.world)
    assert place.store.meters[METER].status.boot_count is None


# --- resets


def test_a_meter_that_counts_fewer_starts_is_restored_with_an_alarm() -> None:
    place = estate()
    note_restart(METER, 9, 1, "event-1", place.world)
    [command] = place.store.commands[METER].values()
    assert command.kind == "restore"
    assert [alarm.kind for alarm in place.store.alarms] == ["meter_reset"]
    assert [alert.is_open for alert in place.store.alerts.values()] == [True]


@pytest.mark.parametrize(("before", "after"), [(1, 2), (3, 3), (None, 1), ("3", 1)])
def test_a_meter_that_counts_on_is_left_alone(before: object, after: object) -> None:
    place = estate()
    note_restart(METER, before, after, "event-1", place.world)
    assert METER not in place.store.commands


def test_an_event_told_twice_is_one_reset() -> None:
    place = estate()
    for _ in range(2):
        note_restart(METER, 9, 1, "event-1", place.world)
        place.wait(60_000)
    assert len(place.store.commands[METER]) == len(place.store.alarms) == 1


@pytest.mark.parametrize(
    ("result", "kinds"), [("ok", []), ("not stored", ["meter_restore_failed"])]
)
def test_the_alert_ends_when_the_meter_has_its_totals_again(result: str, kinds: list[str]) -> None:
    place = estate()
    note_restart(METER, 9, 1, "event-1", place.world)
    [command_id] = place.store.commands[METER]
    answer = CommandResult(result=result)
    place.store.command_results[command_id] = answer
    notice_commands(METER, place.world, FOLLOW_UPS)
    [alert] = place.store.alerts.values()
    assert alert.is_open == (result != "ok")
    assert [alarm.kind for alarm in place.store.alarms][1:] == kinds


# --- moving


def test_a_new_owner_reads_what_is_paid_from_now_on() -> None:
    place = estate()
    earlier = request_payment(ask(), place.world)
    place.wait(60_000)
    meter = move_meter(to(BRIAN.uid), place.world).after
    later = replace(earlier, created_at_ms=place.now_ms)

    def reads(caller: Caller, payment: Any) -> bool:
        return may_read_payment(
            caller,
            payer=payment.user_id,
            meter=meter,
            requested_at_ms=payment.created_at_ms,
        )

    assert (reads(BRIAN, earlier), reads(BRIAN, later), reads(OWNER, earlier)) == (
        False,
        True,
        True,
    )


def test_a_payment_under_way_still_becomes_energy_of_its_meter() -> None:
    place = estate()
    payment = request_payment(ask(), place.world)
    move_meter(to(BRIAN.uid), place.world)
    place.tell(payment, success(payment))
    settled = settle_payment(payment.transaction_id, place.world)
    assert (settled.delivery.status, settled.user_id) == (DeliveryStatus.QUEUED, OWNER.uid)


def test_the_meter_shown_first_moves_with_the_owner() -> None:
    place = estate()
    move_meter(to(BRIAN.uid), place.world)
    shown = [place.store.profiles[uid].get("meter_no") for uid in (OWNER.uid, BRIAN.uid)]
    assert shown == [None, METER]


def test_a_new_owner_does_not_owe_the_charges_of_the_time_before() -> None:
    place = estate()
    owing = ChargeAccount(next_month="2026-09", paid_cents=Cents(5))
    place.store.registers[METER] = replace(empty_register("2026-11"), charges=owing)
    move_meter(to(BRIAN.uid), place.world)
    assert place.store.registers[METER].charges == ChargeAccount(next_month="2026-11")


def test_alerts_that_ended_are_not_handed_on() -> None:
    place = estate()
    for alert_id, cleared_at_ms in (("a1", Millis(2)), ("a2", None)):
        alert = Alert(
            alert_id=alert_id,
            kind="out_of_credit",
            raised_at_ms=Millis(1),
            cleared_at_ms=cleared_at_ms,
        )
        place.store.put_alert(METER, alert)
    move_meter(to(BRIAN.uid), place.world)
    assert [alert.alert_id for alert in place.store.read_alerts(METER)] == ["a2"]


def test_a_meter_can_be_nobodys() -> None:
    place = estate()
    assert move_meter(to(None), place.world).after.owner_uid is None


def test_moving_to_the_same_owner_changes_nothing() -> None:
    place = estate()
    change = move_meter(to(OWNER.uid), place.world)
    assert change.before == change.after == place.store.meters[METER]


def test_site_tariff_and_name_change_without_the_owner() -> None:
    place = estate()
    place.store.tariffs["shop"] = replace(place.store.tariffs["flat"], tariff_id="shop")
    after = move_meter(moved(site_id="court", tariff_id="shop", name="Shop"), place.world).after
    assert (after.site, after.tariff_id, after.name) == ("Kilimani Court", "shop", "Shop")
    assert place.store.meters[METER] == after
    assert after.owner_since_ms is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "nothing_to_change"),
        ({"site_id": "none"}, "unknown_site"),
        ({"tariff_id": "none"}, "unknown_tariff"),
        ({"changes_owner": True, "owner_uid": Uid("nobody")}, "unknown_user"),
    ],
)
def test_a_move_to_nowhere_is_refused(changes: dict[str, Any], code: str) -> None:
    place = estate()
    before = place.store.meters[METER]
    assert refused(lambda: move_meter(moved(**changes), place.world)) == code
    assert place.store.meters[METER] == before


def test_a_meter_that_is_not_there_cannot_be_changed() -> None:
    world = estate().world
    with pytest.raises(NotFoundError):
        retire_meter(NEW, GRACE, world)


# --- retiring


def test_a_retired_meter_is_sold_nothing_more() -> None:
    place = estate()
    retire_meter(METER, GRACE, place.world)
    with pytest.raises(ConflictError) as told:
        request_payment(ask(), place.world)
    assert told.value.code == "meter_not_ready"


def test_the_number_of_a_retired_meter_stays_taken() -> None:
    place = estate()
    retire_meter(METER, GRACE, place.world)
    wanted = replace(REGISTRATION, meter_id=MeterId("MTR-OO1"))
    assert refused(lambda: register_meter(wanted, GRACE, place.world)) == "account_taken"


def test_money_for_a_meter_retired_meanwhile_waits_in_review_once() -> None:
    place = estate()
    payment = request_payment(ask(), place.world)
    retire_meter(METER, GRACE, place.world)
    place.tell(payment, success(payment))
    settle_payment(payment.transaction_id, place.world)
    place.wait(3_600_000)
    looked = check_payment(payment.transaction_id, place.world, may_query=True)
    assert (looked.status, looked.delivery.status) == (Status.PAID, DeliveryStatus.NONE)
    assert looked.reason == "meter_retired"
    assert list(place.store.reviews[payment.transaction_id]) == ["meter_retired"]
    assert [alarm.kind for alarm in place.store.alarms] == ["payment_in_review"]
    assert METER not in place.store.registers


def test_energy_sold_before_the_meter_was_retired_still_reaches_it() -> None:
    place = estate()
    payment = request_payment(ask(), place.world)
    place.tell(payment, success(payment))
    settle_payment(payment.transaction_id, place.world)
    place.store.recharges[METER].clear()  # as if the process had died before writing it
    retire_meter(METER, GRACE, place.world)
    check_payment(payment.transaction_id, place.world, may_query=True)
    assert place.recharge(payment.transaction_id).energy_wh == Wh(20_000)


def test_retiring_again_keeps_the_first_time() -> None:
    place = estate()
    first = retire_meter(METER, GRACE, place.world).after
    place.wait(60_000)
    assert retire_meter(METER, GRACE, place.world).after == first
