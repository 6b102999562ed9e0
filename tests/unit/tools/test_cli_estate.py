"""``lipamita import`` and ``lipamita personal-data``: every bad row named, nothing done unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lipamita.domain.ids import MeterId
from lipamita.use_cases.archive import archive
from lipamita.use_cases.read_books import trial_balance
from lipamita.use_cases.request_payment import request_payment
from typer.testing import CliRunner, Result

from tests.fakes.estate import OWNER, Estate, ask
from tests.unit.lipamita.use_cases.test_archive import delivered
from tools.cli import commands
from tools.cli.exits import Exit

RUN = CliRunner()
HEADER = "meter_id,name,kind,tariff_id\n"
ROWS = "MTR-101,House D1,esp32,flat\nMTR-102,House D2,kettle,flat\nMTR-103,D3,esp32,none\n"
PERSON = str(OWNER.uid)


@pytest.fixture
def meters(tmp_path: Path) -> Path:
    path = tmp_path / "meters.csv"
    path.write_text(HEADER + ROWS)
    return path


def run(*words: object, answer: str = "") -> Result:
    return RUN.invoke(commands.app, [str(word) for word in words], input=answer)


def test_a_dry_run_names_every_bad_row_with_its_line_and_field(
    estate: Estate, meters: Path
) -> None:
    told = run("import", "meters", meters, "--dry-run")
    assert told.exit_code == Exit.PROBLEMS
    assert [line.split(":")[0:2] for line in told.stdout.splitlines()[:2]] == [
        ["line 3", " kind"],
        ["line 4", " tariff_id"],
    ]
    assert "3 rows: 1 would be changed, 0 as they stood, 2 refused." in told.output
    assert MeterId("MTR-101") not in estate.store.meters
    assert estate.audit.records == []


def test_the_good_rows_are_brought_in_once_and_the_audit_says_who(
    estate: Estate, meters: Path
) -> None:
    first, second = (run("import", "meters", meters) for _ in range(2))
    assert "1 changed, 0 as they stood, 2 refused" in first.output
    assert "0 changed, 1 as they stood, 2 refused" in second.output
    assert MeterId("MTR-101") in estate.store.meters
    assert {record.entry.action for record in estate.audit.records} == {"import_meters"}


def test_a_file_without_bad_rows_ends_with_0(estate: Estate, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(HEADER + ROWS.splitlines()[0])
    assert run("import", "meters", path).exit_code == Exit.OK


@pytest.mark.parametrize("text", ["nothing,known\n1,2\n", ""], ids=["other columns", "empty"])
def test_a_file_that_is_not_understood_is_wrong_usage(
    estate: Estate, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    assert run("import", "tenants", path).exit_code == Exit.USAGE
    assert run("import", "tenants", tmp_path / "absent.csv").exit_code == Exit.USAGE


def test_all_that_is_kept_about_a_person_is_one_json_file(estate: Estate, tmp_path: Path) -> None:
    payment = delivered(estate)
    archive(estate.world)
    estate.store.update_profile(OWNER.uid, {"name": "Amina"})
    path = tmp_path / "amina.json"
    assert run("personal-data", "export", PERSON, "-o", path).exit_code == Exit.OK
    told = json.loads(path.read_text())
    assert told["profile"]["name"] == "Amina"
    assert [one["transaction_id"] for one in told["payments"]] == [payment.transaction_id]


def test_nobody_is_erased_without_a_yes(estate: Estate) -> None:
    delivered(estate)
    assert run("personal-data", "erase", PERSON, answer="n\n").exit_code == Exit.PROBLEMS
    assert {payment.user_id for payment in estate.store.payments.values()} == {OWNER.uid}


def test_who_is_erased_is_in_no_payment_and_the_books_still_balance(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    told = run("personal-data", "erase", PERSON, answer="y\n")
    assert told.exit_code == Exit.OK, told.output
    everywhere = [*estate.store.payments.values(), *estate.record.payments.values()]
    assert OWNER.uid not in {payment.user_id for payment in everywhere}
    assert trial_balance(estate.world).balances.balanced


def test_a_person_with_an_open_payment_is_not_erased(estate: Estate) -> None:
    request_payment(ask(), estate.world)
    told = run("personal-data", "erase", PERSON, "--yes")
    assert (told.exit_code, "still open" in told.output) == (Exit.PROBLEMS, True)


def test_an_entry_is_taken_back_after_a_yes_and_the_audit_says_why(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    entry_id = next(key for key in estate.record.entries if key.endswith("_delivered"))
    words = ("reverse-entry", entry_id, "--why", "told twice")
    assert run(*words, answer="n\n").exit_code == Exit.PROBLEMS
    assert f"{entry_id}_reversed" not in estate.record.entries
    told = run(*words, answer="y\n")
    assert (told.exit_code, f"{entry_id}_reversed stands now" in told.output) == (Exit.OK, True)
    assert estate.audit.records[0].entry.request == '{"why":"told twice"}'
    assert trial_balance(estate.world).balances.balanced
