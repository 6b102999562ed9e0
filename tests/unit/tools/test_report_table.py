"""Reports add up, and can be opened as what they say they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from lipamita.domain.ledger import Totals
from lipamita.use_cases.read_books import DayTotals, TrialBalance

from tools.cli.report_table import balance_table, daily_table, shillings, write_csv, write_pdf

DAY = Totals(
    cents={
        "paybill_float": 116_000,
        "energy_revenue:domestic:energy": -95_000,
        "levies_payable:REP": -5_000,
        "vat_payable": -16_000,
    },
    energy_wh={"energy_sold": -40_000, "energy_owed": 40_000},
    entries=2,
)
DAYS = [
    DayTotals(day="2026-11-20", totals=DAY, closed=True),
    DayTotals(day="2026-11-21", totals=DAY, closed=False),
]


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "0.00"), (5, "0.05"), (-123_456_789, "-1,234,567.89"), (100, "1.00")]
)
def test_cents_are_shown_as_shillings(cents: int, shown: str) -> None:
    assert shillings(cents) == shown


def test_days_add_up() -> None:
    table = daily_table(DAYS, title="Daily sales")
    assert table.rows[0] == ("2026-11-20", "1,160.00", "40.0", "950.00", "160.00", "50.00")
    assert table.rows[1][0] == "2026-11-21 (open)"
    assert table.last == ("Sum", "2,320.00", "80.0", "1,900.00", "320.00", "100.00")


def test_a_trial_balance_shows_its_sum() -> None:
    balance = TrialBalance(balances=DAY, closed_through="2026-11-20", open_from="2026-11-21")
    table = balance_table(balance)
    assert [row[0] for row in table.rows] == sorted(DAY.cents)
    assert table.last == ("Sum", "0.00")


def test_a_spreadsheet_can_read_the_numbers(tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    write_csv(daily_table(DAYS, title="Daily sales"), path)
    head, first, _ = csv.reader(path.read_text().splitlines())
    assert head[:2] == ["Day", "Received"]
    assert first[:2] == ["2026-11-20", "1160.00"]


def test_a_pdf_of_many_days_has_many_pages(tmp_path: Path) -> None:
    path = tmp_path / "daily.pdf"
    write_pdf(daily_table(DAYS * 60, title="Daily sales"), path)
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") >= 3
