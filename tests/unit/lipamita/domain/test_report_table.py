"""Reports add up, and are shown as people read them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from lipamita.domain.report_table import MORE, SUM, Column, Report, Row, Unit, shown

from tests.unit.lipamita.domain.samples import NOW

COLUMNS = (
    Column(name="day", label="Day"),
    Column(name="at_ms", label="Time", unit=Unit.MS),
    Column(name="cents", label="KES", unit=Unit.CENTS),
    Column(name="energy_wh", label="kWh", unit=Unit.WH),
)


def report(rows: Iterable[Row]) -> Report:
    return Report(title="Sales", note="", columns=COLUMNS, rows=iter(rows))


def test_the_last_row_adds_up_what_can_be_added() -> None:
    rows: list[Row] = [("2026-11-20", NOW, 150, 30), ("2026-11-21", NOW, -50, "")]
    assert list(report(rows).with_sums()) == [*rows, (SUM, "", 100, 30)]


def test_a_report_of_nothing_sums_to_nothing() -> None:
    assert list(report([]).with_sums()) == [(SUM, "", 0, 0)]


def test_a_row_that_says_there_are_more_is_as_wide_as_the_others() -> None:
    first, *_ = row = report([]).more(5)
    assert (first, len(row)) == (MORE, len(COLUMNS))


@pytest.mark.parametrize(
    ("cell", "unit", "text"),
    [
        (0, Unit.CENTS, "0.00"),
        (5, Unit.CENTS, "0.05"),
        (-123_456_789, Unit.CENTS, "-1,234,567.89"),
        (20_000, Unit.WH, "20.000"),
        (-1, Unit.WH, "-0.001"),
        (1_234, Unit.COUNT, "1,234"),
        (1_795_208_400_000, Unit.MS, "2026-11-21 00:00"),
        ("", Unit.CENTS, ""),
        ("-x", Unit.TEXT, "-x"),
    ],
)
def test_a_cell_is_shown_in_its_unit(cell: str | int, unit: Unit, text: str) -> None:
    assert shown(cell, unit) == text
