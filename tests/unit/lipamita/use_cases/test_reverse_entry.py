"""What is wrong in the books is put right by an opposite entry, and by nothing else."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from lipamita.domain.ids import Uid
from lipamita.domain.ledger import totals_of
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment_entries import received
from lipamita.domain.units import DAY_MS, Kes, day_eat
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.read_books import verify_books
from lipamita.use_cases.reverse_entry import reverse_entry

from tests.fakes.estate import START_MS, Estate
from tests.unit.lipamita.domain.samples import RECEIPT

ADMIN = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)
OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
ENTRY_ID = f"{RECEIPT}_received"


@pytest.fixture
def estate() -> Estate:
    estate = Estate()
    entry = received(RECEIPT, Kes(500), at_ms=START_MS)
    estate.record.write([entry], (), now_ms=START_MS)
    return estate


def test_both_stand_and_come_to_nothing_however_often_it_is_asked(estate: Estate) -> None:
    for _ in range(3):
        made = reverse_entry(ENTRY_ID, ADMIN, estate.world)
        estate.wait(1_000)
    assert set(estate.record.entries) == {ENTRY_ID, f"{ENTRY_ID}_reversed"}
    assert made.at_ms == START_MS
    assert totals_of(estate.record.entries.values()).cents == {}


def test_a_closed_day_stays_as_it_is(estate: Estate) -> None:
    estate.wait(3 * DAY_MS)
    close_days(estate.world)
    reverse_entry(ENTRY_ID, ADMIN, estate.world)
    assert estate.record.days[f"{ENTRY_ID}_reversed"] == day_eat(estate.now_ms)
    assert verify_books(estate.world, recount=True) == []


@pytest.mark.parametrize(
    ("entry_id", "error"),
    [("UKL9NOTHIN_received", NotFoundError), ("a/b", InvalidInputError), ("", InvalidInputError)],
)
def test_what_is_no_entry_is_refused(estate: Estate, entry_id: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        reverse_entry(entry_id, ADMIN, estate.world)


def test_an_opposite_is_not_taken_back(estate: Estate) -> None:
    made = reverse_entry(ENTRY_ID, ADMIN, estate.world)
    with pytest.raises(ConflictError):
        reverse_entry(made.entry_id, ADMIN, estate.world)


def test_only_an_admin_may(estate: Estate) -> None:
    with pytest.raises(ForbiddenError):
        reverse_entry(ENTRY_ID, OPERATOR, estate.world)
    assert set(estate.record.entries) == {ENTRY_ID}
