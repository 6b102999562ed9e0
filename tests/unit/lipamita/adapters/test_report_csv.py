from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lipamita.adapters.report_csv import FORMULAS, csv_lines
from lipamita.domain.report_table import Column, Report, Unit

COLUMNS = (Column(name="account", label="Account"), Column(name="c", label="KES", unit=Unit.CENTS))


def cells(*rows: tuple[str, int]) -> list[list[str]]:
    report = Report(title="", note="", columns=COLUMNS, rows=iter(rows))
    return list(csv.reader("".join(csv_lines(report)).splitlines(keepends=True)))


def test_numbers_stay_numbers_and_the_last_row_sums_them() -> None:
    assert cells(("x", -5), ("y", 12)) == [["account", "c"], ["x", "-5"], ["y", "12"], ["sum", "7"]]


@pytest.mark.parametrize("begin", FORMULAS)
def test_text_that_begins_like_a_formula_is_told_to_be_text(begin: str) -> None:
    assert cells((f"{begin}HYPERLINK(1)", 0))[1][0] == f"'{begin}HYPERLINK(1)"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_cell_of_text_ever_begins_like_a_formula(text: str) -> None:
    assert not cells((text, 0))[1][0].startswith(FORMULAS)
