"""``lipamita statement``: M-Pesa's statement against the books, line by line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from lipamita.adapters.c2b_wire import confirmation_from_body, statement_confirmation
from lipamita.adapters.statement_file import read_csv
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import Receipt
from lipamita.domain.report_table import Column, Report, Row, Unit, shown
from lipamita.domain.statement import (
    BadRow,
    Comparison,
    Difference,
    Mismatch,
    Statement,
    StatementLine,
    is_reversal,
    merged,
    unheard,
)
from lipamita.domain.units import Millis
from lipamita.use_cases.audit import audited
from lipamita.use_cases.compare_statement import compare_statement
from lipamita.use_cases.read_pull import read_pull
from lipamita.use_cases.take_in_statement import TakenIn, take_in
from lipamita.use_cases.world import World
from rich.progress import Progress

from tools.cli import connection
from tools.cli.connection import Connection
from tools.cli.console import Emulator, Project, give, progress_out, read_file, say
from tools.cli.exits import Exit, told_errors
from tools.cli.statement_excel import SIGNATURE, read_excel

_ENCODINGS = ("utf-8-sig", "cp1252")  # the portal's, and what Excel saves on Windows
_NOTES = {
    Difference.MISSING_HERE: "not in the books",
    Difference.MISSING_THERE: "in the books, not in the statement",
    Difference.AMOUNT_DIFFERS: "the amounts differ",
}
REPORT = Report(
    title="Statement and books",
    note="Of the PayBill's float; money that left is below 0.",
    columns=(
        *(Column(name="mpesa_receipt", label="Receipt"), Column(name="difference", label="What")),
        Column(name="at_ms", label="Time", unit=Unit.MS),
        *(Column(name="account", label="Account"), Column(name="reason", label="Reason")),
        Column(name="statement_cents", label="Statement", unit=Unit.CENTS),
        Column(name="books_cents", label="Books", unit=Unit.CENTS),
        Column(name="became", label="Became"),
    ),
    rows=iter(()),
)


def statement(  # noqa: PLR0913, PLR0917 - each is an option of the command
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", exists=True, dir_okay=False, help="The portal's CSV or .xlsx."
        ),
    ] = None,
    pull: Annotated[
        bool, typer.Option("--pull", help="What M-Pesa tells of the last 48 hours, not a file.")
    ] = False,
    to_suspense: Annotated[
        bool,
        typer.Option(
            "--to-suspense",
            help="Bring money that is not in the books, and older than a day, to the payment that "
            "it fits, or else into suspense.",
        ),
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the differences to this file.")] = None,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Compare M-Pesa's organisation statement with the books; ends with 1 if they differ.

    Charges and settlements to the bank are put on the books, once. Every other line that the books
    lack, every movement that the statement lacks, and every other amount is told. Where sites have
    accounts of their own, name the statements of all accounts at once.
    """
    with told_errors(), Progress(console=progress_out, transient=True) as progress:
        if bool(files) == pull:
            raise InvalidInputError("usage", "name a FILE, or --pull")
        reached = connection.connect(project, emulator=emulator)
        world = reached.world
        progress.add_task("Reading", total=None)
        told = merged([_read(file) for file in files]) if files else _pulled(world)
        progress.add_task("Comparing", total=None)
        request = {"statement_id": told.statement_id, "to_suspense": to_suspense}
        action = reached.action("compare_statement", "statements", request=request)
        comparison, done = audited(
            action, world, lambda: _compare(told, reached, progress, to_suspense=to_suspense)
        )
    for bad in told.bad_rows:
        say(f"row {bad.row}: {bad.why}")
    rows = _rows(told, comparison, done)
    for receipt, what, at_ms, account, reason, there, here, became in rows:
        at = shown(at_ms, Unit.MS)
        where = ", ".join(str(word) for word in (at, account, reason, became) if word)
        told_there, told_here = (shown(cents, Unit.CENTS) or "-" for cents in (there, here))
        say(f"{receipt}: {what}: statement {told_there}, books {told_here} ({where})")
    if csv is not None:
        give(replace(REPORT, rows=iter(rows)), pdf=None, csv=csv)
    say(_summary(told, comparison, done))
    left = any(_is_left(one, done) for one in comparison.differences)
    raise typer.Exit(Exit.PROBLEMS if left or told.bad_rows else Exit.OK)


def _is_left(one: Mismatch, done: Mapping[Receipt, TakenIn]) -> bool:
    """Whether a person must look: what the books knew otherwise, no line that is taken in mends."""
    return one.receipt not in done or one.kind is not Difference.MISSING_HERE


def _compare(
    told: Statement, reached: Connection, progress: Progress, *, to_suspense: bool
) -> tuple[Comparison, dict[Receipt, TakenIn]]:
    world = reached.world
    comparison = compare_statement(told, world)
    done: dict[Receipt, TakenIn] = {}
    if to_suspense:
        lines = unheard(told, comparison.differences, now_ms=world.clock())
        for line in progress.track(lines, description="To suspense"):
            done[line.receipt] = take_in(statement_confirmation(line), world)
    return comparison, done


def _read(file: Path) -> Statement:
    data = read_file(file)
    if data.startswith(SIGNATURE):
        return read_excel(data)
    for encoding in _ENCODINGS:
        try:
            return read_csv(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise InvalidInputError("not_a_statement", f"{file} is neither text nor .xlsx")


def _pulled(world: World) -> Statement:
    """The rows of a Pull as a statement of money that came in."""
    lines, bad = list[StatementLine](), list[BadRow]()
    for number, row in enumerate(read_pull(world), start=1):
        read = confirmation_from_body(
            row.body, channel="pull", short_codes=frozenset(), received_at_ms=Millis(0)
        )
        if not isinstance(read, Confirmation) or read.amount_kes is None:
            if read != "other_transaction_type":
                bad.append(BadRow(row=number, why=f"{row.confirmation_id}: cannot be read"))
            continue
        lines.append(
            StatementLine(
                receipt=read.receipt,
                at_ms=read.paid_at_ms or Millis(0),  # not known: as if told long ago
                amount_cents=read.amount_kes * 100,
                reason="Pull",
                account=read.account,
            )
        )
    return Statement(lines=tuple(lines), bad_rows=tuple(bad), incoming_only=True)


def _rows(told: Statement, comparison: Comparison, done: Mapping[Receipt, TakenIn]) -> list[Row]:
    """A row for each receipt that differs, all of them."""
    lines: dict[Receipt, list[StatementLine]] = defaultdict(list)
    for line in told.lines:
        lines[line.receipt].append(line)
    return [_row(one, lines[one.receipt], done.get(one.receipt)) for one in comparison.differences]


def _row(one: Mismatch, lines: Iterable[StatementLine], done: TakenIn | None) -> Row:
    what = _NOTES[one.kind]
    first = next(iter(lines), None)
    if first is not None and is_reversal(first):
        what = f"{what}: takes back {first.linked or 'a movement'}"
    return (
        *(one.receipt, what),
        *(("", "", "") if first is None else (first.at_ms, first.account, first.reason)),
        "" if one.kind is Difference.MISSING_THERE else one.there_cents,
        "" if one.kind is Difference.MISSING_HERE else one.here_cents,
        "" if done is None else done.value,
    )


def _summary(told: Statement, comparison: Comparison, done: Mapping[Receipt, TakenIn]) -> str:
    counts = [
        f"{len(told.lines)} lines",
        f"{comparison.matched} receipts agree",
        *(f"{comparison.counts.get(kind, 0)} {_NOTES[kind]}" for kind in Difference),
        f"{len(told.bad_rows)} rows could not be read",
    ]
    taken = Counter(done.values())
    counts += [f"{count} {what.value}" for what, count in sorted(taken.items())]
    return "; ".join(counts) + "."
