"""``lipamita statement``: every line that the books lack is named, and money is not lost."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from lipamita.domain.ids import Receipt
from lipamita.domain.payment_entries import received
from lipamita.domain.units import DAY_MS, EAT, Kes, Millis
from lipamita.use_cases.archive import archive
from lipamita.use_cases.records import PulledRows, RawConfirmation
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from tests.fakes.estate import METER, START_MS, Estate
from tools.cli import commands
from tools.cli.exits import Exit

RUN = CliRunner()
HEAD = (
    *("Receipt No.", "Completion Time", "Initiation Time", "Details", "Transaction Status"),
    *("Paid In", "Withdrawn", "Balance", "Balance Confirmed", "Reason Type", "Other Party Info"),
    *("Linked Transaction ID", "A/C No."),
)
KNOWN, UNHEARD, LOST, CHARGED = (Receipt(f"UKL1AAAA0{number}") for number in range(1, 5))
TIME = datetime.fromtimestamp(START_MS / 1000, EAT).replace(tzinfo=None, microsecond=0)
Row = list[object]


@pytest.fixture
def estate(estate: Estate) -> Estate:
    estate.store.accounts["MTR001"] = [METER]
    at_ms = Millis(int(TIME.replace(tzinfo=EAT).timestamp()) * 1000)
    entries = [received(receipt, Kes(500), at_ms=at_ms) for receipt in (KNOWN, LOST)]
    estate.record.write(entries, (), now_ms=at_ms)
    estate.wait(2 * DAY_MS)
    return estate


def row(receipt: str, paid_in: object = None, withdrawn: object = None, reason: str = "") -> Row:
    return [
        *(receipt, TIME, TIME, "Pay Bill from 2547****001 - AMINA", "Completed"),
        *(paid_in, withdrawn, 10_000, "true", reason or "Pay Bill Online"),
        *("2547****001 - AMINA", None, "MTR-001"),
    ]


ROWS = [
    row(KNOWN, 500.0),
    row(UNHEARD, 120),
    row(CHARGED, None, -3.5, "Pay Bill Charge"),
]


def excel(path: Path, rows: list[Row]) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for cells in (["Organization Name:", "KILIMANI COURT"], [], list(HEAD), *rows):
        sheet.append(cells)
    book.save(path)
    return path


def text(path: Path, rows: list[Row]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([list(HEAD), *rows])
    return path


def run(*words: object) -> Result:
    return RUN.invoke(commands.app, [str(word) for word in words])


def told_in(path: Path) -> dict[str, list[str]]:
    return {cells[0]: cells[1:] for cells in csv.reader(path.read_text().splitlines())}


@pytest.mark.parametrize("write", [excel, text])
def test_every_difference_is_named_in_both_directions(
    estate: Estate, tmp_path: Path, write: object
) -> None:
    assert callable(write)
    rows = tmp_path / "differences.csv"
    told = run("statement", write(tmp_path / "november.xlsx", ROWS), "--csv", rows)
    assert told.exit_code == Exit.PROBLEMS, told.output
    found = told_in(rows)
    assert set(found) >= {UNHEARD, LOST}
    assert KNOWN not in found
    assert CHARGED not in found
    assert found[UNHEARD][0] == "not in the books"
    assert found[UNHEARD][2:6] == ["MTR-001", "Pay Bill Online", "12000", ""]
    assert (found[LOST][0], found[LOST][5]) == ("in the books, not in the statement", "50000")


def test_charges_go_to_the_account_of_fees_once(estate: Estate, tmp_path: Path) -> None:
    for _ in range(2):
        run("statement", excel(tmp_path / "november.xlsx", ROWS))
    assert estate.record.entries[f"{CHARGED}_fee"].cents == {"fees": 350, "paybill_float": -350}


def test_money_that_nobody_credited_is_left_alone_without_the_flag(
    estate: Estate, tmp_path: Path
) -> None:
    run("statement", text(tmp_path / "november.csv", ROWS))
    assert estate.store.suspense == {}


def test_money_that_nobody_credited_waits_in_suspense_once(estate: Estate, tmp_path: Path) -> None:
    file = text(tmp_path / "november.csv", ROWS)
    first = run("statement", file, "--to-suspense")
    assert "1 suspense" in first.output
    assert list(estate.store.suspense) == [UNHEARD]
    archive(estate.world)
    again = run("statement", file, "--to-suspense")
    assert "0 not in the books" in again.output
    assert list(estate.store.suspense) == [UNHEARD]


def test_another_amount_is_a_problem_that_no_flag_takes_away(
    estate: Estate, tmp_path: Path
) -> None:
    file = text(tmp_path / "november.csv", [row(KNOWN, 50), row(LOST, 500)])
    for flags in ([], ["--to-suspense"], ["--to-suspense"]):
        told = run("statement", file, *flags)
        assert (told.exit_code, "1 the amounts differ" in told.output) == (Exit.PROBLEMS, True)
    assert estate.store.suspense == {}


def test_twice_the_amount_is_a_problem_that_no_flag_takes_away(
    estate: Estate, tmp_path: Path
) -> None:
    twice = [row(KNOWN, 500), row(KNOWN, 500.0, reason="Pay Bill"), row(LOST, 500)]
    told = run("statement", text(tmp_path / "november.csv", twice), "--to-suspense")
    assert (told.exit_code, "1 the amounts differ" in told.output) == (Exit.PROBLEMS, True)


def test_money_that_shares_its_receipt_with_its_charge_is_taken_in_as_any(
    estate: Estate, tmp_path: Path
) -> None:
    both = [row(UNHEARD, 120), row(UNHEARD, None, -3.5, "Pay Bill Charge")]
    file = text(tmp_path / "november.csv", [row(KNOWN, 500), row(LOST, 500), *both])
    assert "1 suspense" in run("statement", file, "--to-suspense").output
    archive(estate.world)
    assert run("statement", file).exit_code == Exit.OK


def test_statements_of_all_accounts_are_compared_at_once_and_shared_lines_count_once(
    estate: Estate, tmp_path: Path
) -> None:
    one = text(tmp_path / "main.csv", [row(KNOWN, 500)])
    other = excel(tmp_path / "site.xlsx", [row(KNOWN, 500), row(LOST, 500)])
    agreed = run("statement", one, other)
    assert (agreed.exit_code, "2 receipts agree" in agreed.output) == (Exit.OK, True)


def test_a_statement_that_agrees_ends_with_0(estate: Estate, tmp_path: Path) -> None:
    agreed = run("statement", excel(tmp_path / "a.xlsx", [row(KNOWN, 500), row(LOST, 500)]))
    assert (agreed.exit_code, "2 receipts agree" in agreed.output) == (Exit.OK, True)


def test_a_row_that_cannot_be_read_is_named(estate: Estate, tmp_path: Path) -> None:
    told = run("statement", text(tmp_path / "a.csv", [row("?", 1), *ROWS]))
    assert (told.exit_code, "row 2: Receipt No. '?'" in told.output) == (Exit.PROBLEMS, True)


def test_a_reversal_says_what_it_takes_back(estate: Estate, tmp_path: Path) -> None:
    back = row("UKL1AAAA09", None, -500, "Payment Reversal")
    back[11] = KNOWN
    rows = tmp_path / "differences.csv"
    run("statement", text(tmp_path / "a.csv", [*ROWS, back]), "--csv", rows, "--to-suspense")
    assert told_in(rows)["UKL1AAAA09"][0] == f"not in the books: takes back {KNOWN}"
    assert "UKL1AAAA09" not in estate.store.suspense


def test_what_a_payer_typed_runs_in_no_spreadsheet(estate: Estate, tmp_path: Path) -> None:
    typed = row(UNHEARD, 120)
    typed[12] = '=HYPERLINK("http://x.example")'
    rows = tmp_path / "differences.csv"
    run("statement", text(tmp_path / "a.csv", [typed]), "--csv", rows)
    assert told_in(rows)[UNHEARD][2] == '\'=HYPERLINK("http://x.example")'


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"a,b\n1,2\n", b""])
def test_another_file_is_wrong_usage(estate: Estate, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(data)
    assert run("statement", path).exit_code == Exit.USAGE


def test_a_file_and_a_pull_are_not_asked_for_together_nor_neither(
    estate: Estate, tmp_path: Path
) -> None:
    assert run("statement").exit_code == Exit.USAGE
    assert run("statement", text(tmp_path / "a.csv", ROWS), "--pull").exit_code == Exit.USAGE


def pulled(receipt: str, amount: str) -> RawConfirmation:
    body = {
        "transactionId": receipt,
        "transactiontype": "c2b-pay-bill-debit",
        "trxDate": "2026-11-18T12:06:40Z",
        "billreference": "MTR-001",
        "amount": amount,
    }
    return RawConfirmation(
        confirmation_id=receipt,
        channel="pull",
        body=json.dumps(body),
        received_at_ms=Millis(0),
        remote_address="",
    )


def test_a_pull_is_compared_as_a_statement_of_money_that_came_in(
    estate: Estate, tmp_path: Path
) -> None:
    run("statement", text(tmp_path / "a.csv", [row(KNOWN, 500), row(CHARGED, None, 1, "Charge")]))
    estate.daraja.pages = [PulledRows(rows=(pulled(KNOWN, "500.00"), pulled(LOST, "499.00")))]
    rows = tmp_path / "differences.csv"
    told = run("statement", "--pull", "--csv", rows)
    assert told.exit_code == Exit.PROBLEMS, told.output
    assert set(told_in(rows)) == {"mpesa_receipt", LOST, "sum"}
    assert told_in(rows)[LOST][0] == "the amounts differ"


def test_a_pull_that_breaks_off_is_out_of_reach_and_no_difference(estate: Estate) -> None:
    estate.daraja.pages = [PulledRows(rows=(pulled(KNOWN, "500.00"),)), None]
    assert run("statement", "--pull").exit_code == Exit.UNREACHABLE
