from __future__ import annotations

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError
from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment_entries import received
from lipamita.domain.units import DAY_MS, Kes, Millis, day_eat
from lipamita.use_cases import report
from lipamita.use_cases.archive import archive
from lipamita.use_cases.report import (
    LEDGER_HEADINGS,
    SALES_HEADINGS,
    Period,
    daily_sales,
    ledger_lines,
    parse_period,
)

from tests.fakes.estate import OWNER, START_MS, Estate
from tests.unit.lipamita.use_cases.test_archive import delivered

OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
TODAY = Period(from_day=day_eat(START_MS), to_day=day_eat(START_MS))


@pytest.fixture
def estate() -> Estate:
    return Estate()


def test_a_days_sales_are_one_row_with_credits_above_zero(estate: Estate) -> None:
    payment = delivered(estate)
    archive(estate.world)
    headings, row = daily_sales(TODAY, OPERATOR, estate.world)
    assert headings == SALES_HEADINGS
    told = dict(zip(SALES_HEADINGS, row, strict=True))
    assert told["paybill_float_cents"] == told["energy_revenue_cents"] == 50_000
    assert told["energy_sold_wh"] == told["energy_delivered_wh"] == payment.quote.energy_wh
    assert (told["closed"], told["entries"], told["suspense_cents"]) == ("no", 3, 0)


def test_the_ledger_is_told_line_by_line_and_sums_to_zero(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    headings, *rows = ledger_lines(TODAY, OPERATOR, estate.world)
    assert headings == LEDGER_HEADINGS
    assert sum(int(row[-2]) for row in rows) == sum(int(row[-1]) for row in rows) == 0
    assert len({row[1] for row in rows}) == 3


def test_only_days_asked_for_are_told(estate: Estate) -> None:
    for number in range(3):
        at_ms = Millis(START_MS + number * DAY_MS)
        entry = received(Receipt(f"UKL1AAAA0{number}"), Kes(100), at_ms=at_ms)
        estate.record.write([entry], (), now_ms=at_ms)
    estate.wait(2 * DAY_MS)
    tomorrow = day_eat(Millis(START_MS + DAY_MS))
    asked = Period(from_day=tomorrow, to_day=tomorrow)
    assert [row[0] for row in daily_sales(asked, OPERATOR, estate.world)] == ["day", tomorrow]


def test_a_ledger_with_too_many_rows_says_that_there_are_more(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_ROWS", 2)
    delivered(estate)
    archive(estate.world)
    *_, last = ledger_lines(TODAY, OPERATOR, estate.world)
    assert last[0] == "more"


def test_reports_are_for_staff(estate: Estate) -> None:
    for make in (daily_sales, ledger_lines):
        with pytest.raises(ForbiddenError):
            make(TODAY, OWNER, estate.world)


def test_more_than_a_year_is_refused_and_days_in_reverse_are_none(estate: Estate) -> None:
    with pytest.raises(ConflictError, match="366 days"):
        parse_period("2025-01-01", "2026-11-20")
    reverse = parse_period("2026-11-21", "2026-11-20")
    assert list(daily_sales(reverse, OPERATOR, estate.world)) == [SALES_HEADINGS]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (None, "2026-11-21", "from"),
        ("2026-11-21", "21.11.2026", "to"),
        ("20261121", "2026-11-21", "from"),
        ("2026-11-31", "2026-11-21", "from"),
    ],
)
def test_a_bad_period_is_named(first: object, last: object, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_period(first, last)
    assert refused.value.field == field
