"""The command: what it says, what it does, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.exceptions import DefaultCredentialsError
from lipamita.domain.errors import BusyError, ConfigurationError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Role
from lipamita.use_cases.audit import Action, audited
from lipamita.use_cases.report import REPORTS
from typer.testing import CliRunner, Result

from tests.fakes.estate import Estate
from tools.cli import commands
from tools.cli.exits import Exit

RUN = CliRunner()
COMMANDS = sorted(
    command.name or getattr(command.callback, "__name__", "")
    for command in commands.app.registered_commands
)
AMINA = Uid("tenant-amina")


def run(*words: str) -> Result:
    return RUN.invoke(commands.app, list(words))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    told = run(name, "--help")
    assert told.exit_code == Exit.OK
    assert "Usage" in told.output


@pytest.mark.parametrize("words", [["nothing"], ["bootstrap-admin"], ["audit", "--limit", "0"]])
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    assert run(*words).exit_code == Exit.USAGE


@pytest.mark.parametrize(
    "error",
    [
        BusyError("busy", "later"),
        ConfigurationError("configuration", "X is not set"),
        DefaultCredentialsError("no credentials"),  # type: ignore[no-untyped-call]
        requests.ConnectionError("refused"),
    ],
    ids=["busy", "configuration", "credentials", "network"],
)
def test_what_is_out_of_reach_ends_with_3_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise error

    monkeypatch.setattr(commands, "connect", fail)
    ended = run("verify")
    assert ended.exit_code == Exit.UNREACHABLE
    assert "Traceback" not in ended.output


def test_the_first_admin_is_made_and_recorded(estate: Estate) -> None:
    made = run("bootstrap-admin", AMINA, "--emulator")
    assert (made.exit_code, "tenant-amina is an admin now" in made.output) == (Exit.OK, True)
    assert estate.accounts.known[AMINA].role is Role.ADMIN
    assert [record.entry.actor for record in estate.audit.records] == ["command-line"] * 2


def test_a_second_first_admin_is_refused(estate: Estate) -> None:
    run("bootstrap-admin", AMINA)
    assert run("bootstrap-admin", "tenant-brian").exit_code == Exit.PROBLEMS
    assert estate.audit.records[-1].entry.result == "admin_exists"


def test_a_chain_is_verified_and_a_forged_one_is_told(estate: Estate) -> None:
    action = Action(
        actor="admin-hope", role="admin", remote_address="", name="change_role", target="staff/x"
    )
    audited(action, estate.world, lambda: None)
    assert run("verify").exit_code == Exit.OK
    first = estate.audit.records[0]
    estate.audit.records[0] = replace(first, entry=replace(first.entry, actor="nobody"))
    told = run("verify")
    assert (told.exit_code, "entry 1: was changed" in told.output) == (Exit.PROBLEMS, True)


def test_the_audit_is_shown_newest_first(estate: Estate) -> None:
    run("bootstrap-admin", AMINA)
    lines = run("audit").output.splitlines()
    assert [line.split()[0] for line in lines] == ["2", "1"]


def test_reconciling_says_what_it_did(estate: Estate) -> None:
    told = run("reconcile-now")
    assert (told.exit_code, told.output.strip()) == (Exit.OK, "0 due, 0 failed.")


def test_a_failure_of_reconciliation_ends_with_1(estate: Estate) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("damaged")

    sabotaged: Callable[..., Any] = broken
    estate.store.due_payments = lambda **_: ["-Of2aAbcdEFGHijkl012"]  # type: ignore[method-assign]
    estate.store.read_payment = sabotaged  # type: ignore[method-assign]
    assert run("reconcile-now").exit_code == Exit.PROBLEMS


def test_books_that_are_empty_add_up(estate: Estate) -> None:
    told = run("trial-balance")
    assert (told.exit_code, "0.00" in told.output) == (Exit.OK, True)


def test_a_report_is_written_where_it_was_asked_for(estate: Estate, tmp_path: Path) -> None:
    pdf, csv = tmp_path / "sales.pdf", tmp_path / "sales.csv"
    told = run("report", "2026-11-01", "2026-11-30", "--pdf", str(pdf), "--csv", str(csv))
    assert told.exit_code == Exit.OK, told.output
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert csv.read_text().startswith("day,closed,entries,paybill_float_cents")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_exported(estate: Estate, tmp_path: Path, name: str) -> None:
    pdf, csv = tmp_path / "it.pdf", tmp_path / "it.csv"
    told = run("export", name, "--pdf", str(pdf), "--csv", str(csv))
    assert told.exit_code == Exit.OK, told.output
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert csv.read_text().splitlines()[-1].startswith("sum")


@pytest.mark.parametrize("words", [["ledger"], ["profit", "--csv", "x.csv"]])
def test_an_export_without_a_file_or_of_nothing_known_is_wrong_usage(
    estate: Estate, words: list[str]
) -> None:
    assert run("export", *words).exit_code == Exit.USAGE


def test_a_day_that_is_none_is_wrong_usage(estate: Estate) -> None:
    assert run("report", "2026-11-31", "2026-12-01").exit_code == Exit.USAGE
