from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lipamita.adapters import statement_file
from lipamita.adapters.statement_file import read_csv, read_rows
from lipamita.domain.errors import InvalidInputError

HEAD = (
    "Organization Name:,KILIMANI COURT\n"
    "Time Period:,01-11-2026 - 30-11-2026\n"
    "\n"
    "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,"
    "Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\n"
)
TEN_EAT = 1_795_244_400_000  # 2026-11-21 10:00:00 in Kenya


def row(
    receipt: str = "UKL1AAAA01",
    *,
    at: str = "2026-11-21 10:00:00",
    status: str = "Completed",
    paid_in: str = "500.00",
    withdrawn: str = "",
    reason: str = "Pay Bill Online",
) -> str:
    return (
        f'{receipt},{at},{at},"Pay Bill from 2547****001 - AMINA",{status},"{paid_in}",'
        f'"{withdrawn}","10,000.00",true,{reason},2547****001 - AMINA,,MTR-001\n'
    )


def test_money_in_and_out_is_read_in_cents_with_its_time_in_kenya() -> None:
    text = HEAD + row(paid_in="1,140.83") + row("UKL1AAAA02", paid_in="", withdrawn="-4000.00")
    lines = read_csv(text).lines
    assert [(line.receipt, line.amount_cents) for line in lines] == [
        ("UKL1AAAA01", 114_083),
        ("UKL1AAAA02", -400_000),
    ]
    assert {line.at_ms for line in lines} == {TEN_EAT}


@pytest.mark.parametrize(
    "at", ["2026-11-21 10:00:00", "21-11-2026 10:00:00", "21/11/2026 10:00:00", "21-11-2026 10:00"]
)
def test_times_come_year_first_or_day_first(at: str) -> None:
    assert read_csv(HEAD + row(at=at)).lines[0].at_ms == TEN_EAT


def test_withdrawn_is_money_out_with_or_without_its_sign() -> None:
    text = HEAD + row(paid_in="", withdrawn="60") + row(paid_in="", withdrawn="-60.0")
    assert [line.amount_cents for line in read_csv(text).lines] == [-6_000, -6_000]


def test_what_was_not_completed_is_passed_over() -> None:
    statement = read_csv(HEAD + row(status="Failed") + row())
    assert (len(statement.lines), statement.passed_over) == (1, 1)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row(receipt="?"), "Receipt No."),
        (row(at="yesterday"), "Completion Time"),
        (row(paid_in="five"), "Paid In"),
        (row(paid_in="1.234"), "Paid In"),
        (row(paid_in=""), "exactly one"),
        (row(withdrawn="-1"), "exactly one"),
        (row(paid_in="-5"), "exactly one"),
        (row(status=""), "Transaction Status"),
    ],
)
def test_a_bad_row_is_reported_and_stops_no_other(bad: str, why: str) -> None:
    statement = read_csv(HEAD + bad + row())
    [reported] = statement.bad_rows
    assert (reported.row, why in reported.why) == (5, True)
    assert len(statement.lines) == 1


def test_columns_are_found_by_their_headings() -> None:
    rows = [
        ["Withdrawn", "Paid In", "Transaction Status", "Completion Time", "Receipt No."],
        ["", "7", "Completed", "2026-11-21 10:00:00", "ukl1aaaa01"],
    ]
    [line] = read_rows(rows).lines
    assert (line.receipt, line.amount_cents, line.reason) == ("UKL1AAAA01", 700, "")


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "x\n" * 100])
def test_a_file_without_the_headings_is_no_statement(text: str) -> None:
    with pytest.raises(InvalidInputError, match="headings"):
        read_csv(text)


def test_a_statement_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_file, "MAX_LINES", 2)
    with pytest.raises(InvalidInputError, match="shorter time"):
        read_csv(HEAD + row() * 3)


def test_the_same_lines_in_another_order_are_the_same_statement() -> None:
    one, two = row(), row("UKL1AAAA02")
    assert (
        read_csv(HEAD + one + two).statement_id
        == read_csv("\ufeff" + HEAD + two + row(status="Failed") + one).statement_id
        != read_csv(HEAD + one).statement_id
    )


@given(st.lists(st.lists(st.text(max_size=12), max_size=14), max_size=6))
def test_any_cells_are_read_or_reported(cells: list[list[str]]) -> None:
    heading = HEAD.splitlines()[-1].split(",")
    statement = read_rows([heading, *cells])
    filled = [one for one in cells if any(cell.strip() for cell in one)]
    assert len(statement.lines) + len(statement.bad_rows) + statement.passed_over == len(filled)
