"""What the program took off the books by itself it puts back; what a person took off stays off."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import ConflictError
from lipamita.domain.ledger import Entry, EntryKind, opposite, totals_of
from lipamita.domain.payment_entries import received
from lipamita.domain.units import DAY_MS, MINUTE_MS, Kes, Millis
from lipamita.use_cases.archive import archive
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.read_books import verify_books
from lipamita.use_cases.record_ports import WaitingMoney
from lipamita.use_cases.reverse_entry import reverse_entry
from lipamita.use_cases.take_back import put_back, take_back_dismissed

from tests.fakes.estate import START_MS, Estate
from tests.unit.lipamita.domain.samples import RECEIPT
from tests.unit.lipamita.use_cases.test_archive import delivered, rested
from tests.unit.lipamita.use_cases.test_reverse_entry import ADMIN

ENTRY_ID = f"{RECEIPT}_received"
OPPOSITE_ID = f"{ENTRY_ID}_reversed"


@pytest.fixture
def estate() -> Estate:
    return Estate()


def heard(estate: Estate) -> Entry:
    """The books hear of the receipt where it waits, before any payment has it."""
    entry = received(RECEIPT, Kes(500), at_ms=Millis(estate.now_ms - MINUTE_MS))
    estate.record.write([entry], (), now_ms=estate.now_ms)
    return entry


def dismiss(estate: Estate) -> None:
    waiting = WaitingMoney(key="reviews/one", tag="1", told=(), dismissed=(RECEIPT,))
    estate.record.write(take_back_dismissed(waiting, estate.world), (), now_ms=estate.now_ms)


def claim(estate: Estate) -> int:
    """A payment of a later moment has the receipt."""
    entry = received(RECEIPT, Kes(500), at_ms=START_MS)
    standing = estate.record.write([entry], (), now_ms=estate.now_ms)
    return put_back(standing, {ENTRY_ID: entry}, estate.world)


def in_the_float(estate: Estate) -> int:
    return totals_of(estate.record.entries.values()).cents.get("paybill_float", 0)


def test_what_an_admin_took_back_stays_off_the_books_when_its_payment_is_recorded_again(
    estate: Estate,
) -> None:
    payment = delivered(estate, receipt=RECEIPT)
    heard(estate)
    archive(estate.world)
    rested(estate, payment)
    archive(estate.world)
    reverse_entry(ENTRY_ID, ADMIN, estate.world)
    estate.wait(31 * DAY_MS)
    archive(estate.world)
    assert estate.store.read_payment(payment.transaction_id) is None
    assert in_the_float(estate) == 0


def test_what_a_dismissal_took_back_is_put_back_once(estate: Estate) -> None:
    heard(estate)
    dismiss(estate)
    assert in_the_float(estate) == 0
    assert [claim(estate), claim(estate)] == [1, 0]
    assert in_the_float(estate) == 50_000


def test_a_dismissal_after_an_admin_takes_nothing_back_twice_and_changes_nothing_about_it(
    estate: Estate,
) -> None:
    heard(estate)
    made = reverse_entry(ENTRY_ID, ADMIN, estate.world)
    dismiss(estate)
    assert estate.record.entries[OPPOSITE_ID] == made
    assert claim(estate) == 0
    assert in_the_float(estate) == 0


def test_an_opposite_that_stands_from_before_it_was_told_apart_is_a_persons(
    estate: Estate,
) -> None:
    old = opposite(heard(estate), at_ms=START_MS)
    assert old.kind is EntryKind.REVERSED
    estate.record.write([old], (), now_ms=START_MS)
    assert claim(estate) == 0


def test_what_a_dismissal_took_back_is_no_entry_to_reverse(estate: Estate) -> None:
    heard(estate)
    dismiss(estate)
    with pytest.raises(ConflictError) as refused:
        reverse_entry(OPPOSITE_ID, ADMIN, estate.world)
    assert refused.value.code == "not_reversible"


def test_what_was_put_back_an_admin_may_take_back_for_good(estate: Estate) -> None:
    heard(estate)
    dismiss(estate)
    claim(estate)
    reverse_entry(f"{OPPOSITE_ID}_reversed", ADMIN, estate.world)
    assert claim(estate) == 0
    assert in_the_float(estate) == 0


def test_days_with_what_was_taken_back_and_put_back_close_and_are_verified(estate: Estate) -> None:
    heard(estate)
    dismiss(estate)
    estate.wait(3 * DAY_MS)
    close_days(estate.world)
    claim(estate)
    estate.wait(3 * DAY_MS)
    close_days(estate.world)
    assert verify_books(estate.world, recount=True) == []
