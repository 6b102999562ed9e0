from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError
from lipamita.domain.ids import TransactionId, Uid, new_transaction_id
from lipamita.domain.meter import Caller, Role
from lipamita.domain.notice import Notice
from lipamita.domain.payment import Status
from lipamita.domain.units import DAY_MS, Millis, day_eat
from lipamita.use_cases import personal_data
from lipamita.use_cases.archive import archive
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.personal_data import erase_person, export_person, forget_old_payments
from lipamita.use_cases.read_books import trial_balance, verify_books

from tests.fakes.estate import METER, OWNER, START_MS, Estate
from tests.unit.lipamita.domain.samples import a_payment
from tests.unit.lipamita.use_cases.ordering import Ordering
from tests.unit.lipamita.use_cases.test_archive import delivered, paid

ADMIN = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)
OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)


@pytest.fixture
def estate() -> Estate:
    return Estate()


def recorded_only(estate: Estate, number: int) -> None:
    transaction_id = TransactionId(f"-Of0{number:016d}")
    payment = replace(a_payment(Status.FAILED), transaction_id=transaction_id)
    estate.record.payments[transaction_id] = payment


def test_an_erased_person_is_in_no_payment_live_or_recorded(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    for number in range(3):
        recorded_only(estate, number)
    estate.store.update_profile(OWNER.uid, {"name": "Amina"})
    assert erase_person(OWNER.uid, ADMIN, estate.world) == 5  # one of them stands in both
    archive(estate.world)
    everywhere = [*estate.store.payments.values(), *estate.record.payments.values()]
    assert OWNER.uid not in {payment.user_id for payment in everywhere}
    assert {payment.phone_masked for payment in everywhere} == {"hidden"}
    assert {payment.description for payment in everywhere} == {None}
    assert {payment.payer_key for payment in everywhere} == {""}
    assert len({payment.user_id for payment in everywhere}) == 1
    assert estate.store.read_profile(OWNER.uid) is None


def test_the_apps_of_an_erased_person_are_told_nothing_more(estate: Estate) -> None:
    estate.store.put_push_token(OWNER.uid, "token-1", "a-token", now_ms=estate.now_ms)
    erase_person(OWNER.uid, ADMIN, estate.world)
    assert estate.store.push_tokens(OWNER.uid) == {}


def test_what_an_erased_person_was_told_goes_and_what_others_were_told_stays(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_data, "NOTICES_AT_ONCE", 2)
    for number, recipient in enumerate([OWNER.uid] * 5 + [OPERATOR.uid, None]):
        notice = Notice(
            notice_id=f"n{number}",
            channel="sms",
            kind="paid",
            title="Paid",
            body="Paid",
            created_at_ms=estate.now_ms,
            expires_at_ms=estate.now_ms,
            recipient=recipient,
        )
        estate.store.create_notice(notice)
    erase_person(OWNER.uid, ADMIN, estate.world)
    assert set(estate.store.notices) == {"n5", "n6"}


def test_erasing_leaves_the_books_and_their_chain_as_they_are(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    estate.wait(2 * DAY_MS)
    close_days(estate.world)
    before = trial_balance(estate.world).balances
    erase_person(OWNER.uid, ADMIN, estate.world)
    archive(estate.world)
    assert trial_balance(estate.world).balances == before
    assert verify_books(estate.world, recount=True) == []


def test_erasing_again_finds_nobody(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    erase_person(OWNER.uid, ADMIN, estate.world)
    archive(estate.world)
    assert erase_person(OWNER.uid, ADMIN, estate.world) == 0


def test_nobody_is_erased_while_a_payment_is_open(estate: Estate) -> None:
    paid(estate)
    with pytest.raises(ConflictError, match="still open"):
        erase_person(OWNER.uid, ADMIN, estate.world)
    assert {payment.user_id for payment in estate.store.payments.values()} == {OWNER.uid}


@pytest.mark.parametrize("caller", [OWNER, OPERATOR])
def test_only_an_admin_erases(estate: Estate, caller: Caller) -> None:
    with pytest.raises(ForbiddenError):
        erase_person(OWNER.uid, caller, estate.world)


def test_an_export_holds_the_profile_and_all_payments(estate: Estate) -> None:
    payment = delivered(estate)
    for number in range(120):
        recorded_only(estate, number)
    estate.store.update_profile(OWNER.uid, {"name": "Amina"})
    for caller in (OWNER, ADMIN):
        data = export_person(OWNER.uid, caller, estate.world)
        payments = list(data.payments)
        assert data.profile is not None
        assert payments[0].transaction_id == payment.transaction_id
        assert len({one.transaction_id for one in payments}) == len(payments) == 121


def test_an_export_is_not_for_others(estate: Estate) -> None:
    with pytest.raises(ForbiddenError):
        export_person(OWNER.uid, OPERATOR, estate.world)


def test_a_night_forgets_more_than_one_page(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_data, "FORGOTTEN_AT_ONCE", 2)
    for number in range(5):
        recorded_only(estate, number)
    estate.wait(100 * 366 * DAY_MS)
    assert forget_old_payments(estate.world) == 5
    assert estate.record.payments == {}


def test_payments_are_forgotten_after_seven_years_and_entries_are_not(estate: Estate) -> None:
    payment = delivered(estate)
    archive(estate.world)
    old = new_transaction_id(Millis(START_MS - 8 * 366 * DAY_MS), lambda count: b"\1" * count)
    estate.record.payments[old] = replace(a_payment(Status.FAILED), transaction_id=old)
    entries = dict(estate.record.entries)
    assert forget_old_payments(estate.world) == 1
    assert set(estate.record.payments) == {payment.transaction_id}
    assert estate.record.entries == entries


def test_orders_are_exported_and_made_nobodys() -> None:
    estate = Ordering()
    order = estate.order()
    estate.store.orders[order.order_id] = replace(order, note="for Amina")
    assert [one.note for one in export_person(OWNER.uid, ADMIN, estate.world).orders] == [
        "for Amina"
    ]
    erase_person(OWNER.uid, ADMIN, estate.world)
    left = estate.see(order)
    assert left.user_id != OWNER.uid
    assert left.note is None


def test_what_their_meters_used_while_theirs_is_exported(estate: Estate) -> None:
    today, long_ago = day_eat(START_MS), "2025-03-04"
    since = replace(estate.store.meters[METER], owner_since_ms=Millis(START_MS - 400 * DAY_MS))
    estate.store.hours[METER] = {today: {1: 30}, long_ago: {2: 40}, "2024-12-31": {3: 50}}
    archived = {"2025-03-03": {4: 60}, long_ago: {2: 40, 5: 1}}
    estate.store.meters[METER] = since
    estate.record.merge_hours(METER, archived, now_ms=START_MS)
    exported = export_person(OWNER.uid, OWNER, estate.world).consumption
    assert exported == {METER: {today: {1: 30}}}
    estate.store.meters[METER] = replace(since, owner_since_ms=None)
    exported = export_person(OWNER.uid, OWNER, estate.world).consumption
    assert exported[METER][long_ago] == {2: 40, 5: 1}
    assert sorted(exported[METER]) == ["2024-12-31", "2025-03-03", long_ago, today]
    assert export_person(ADMIN.uid, ADMIN, estate.world).consumption == {}
