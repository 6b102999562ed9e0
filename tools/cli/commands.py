"""The commands. Each says what it does with --help; exit codes are in tools/cli/exits.py."""

from __future__ import annotations

import subprocess
from typing import Annotated

import typer
from lipamita.adapters.c2b_wire import REGISTERED
from lipamita.adapters.daraja_merchants import DarajaMerchants
from lipamita.domain.audit import AuditRecord
from lipamita.domain.ids import parse_meter_id, path_key
from lipamita.use_cases.audit import audited, verify_audit
from lipamita.use_cases.create_claim import ClaimOrder, create_claim
from lipamita.use_cases.give_role import bootstrap_admin
from lipamita.use_cases.read_books import trial_balance, verify_books
from lipamita.use_cases.reconcile import MAX_WORKERS, reconcile
from lipamita.use_cases.report_books import trial_balance_report
from rich.progress import Progress

from tools.cli import personal_data
from tools.cli.connection import connect
from tools.cli.console import CsvOut, Emulator, PdfOut, Project, give, out, progress_out
from tools.cli.corrections import reverse
from tools.cli.deployment import FIREBASE, TARGETS, find_problem
from tools.cli.exits import Exit, told_errors
from tools.cli.imports import import_file
from tools.cli.reports import export, sales
from tools.cli.statements import statement

MAX_RUNS = 60  # of reconciliation in one command
app = typer.Typer(
    help="Operate lipamita. Ends with 0: ok, 1: found problems, 2: wrong usage, "
    "3: out of reach or no credentials.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(personal_data.app, name="personal-data")
app.command(name="import")(import_file)
app.command()(statement)
app.command(name="report")(sales)
app.command()(export)
# Ids of payments, and so of their entries, begin with a dash.
app.command(name="reverse-entry", context_settings={"ignore_unknown_options": True})(reverse)


@app.command()
def deploy(
    project: Annotated[str, typer.Argument(help="The Firebase project.")],
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Only check the configuration.")
    ] = False,
) -> None:
    """Check the configuration of functions/.env.PROJECT, then deploy with firebase-tools."""
    problem = find_problem(project)
    if problem:
        out.print(f"Not deployed: {problem}", markup=False)
        raise typer.Exit(Exit.PROBLEMS)
    out.print(f"The configuration of {project} is complete.")
    if not check_only:
        words = [str(FIREBASE), "deploy", "--project", project, "--only", TARGETS]
        raise typer.Exit(subprocess.run(words, check=False).returncode)


@app.command(name="bootstrap-admin")
def bootstrap(
    who: Annotated[str, typer.Argument(help="uid, e-mail address or phone of the account.")],
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Make the first admin. The person must have signed in once; later roles an admin gives."""
    with told_errors():
        reached = connect(project, emulator=emulator)
        action = reached.action("bootstrap_admin", f"staff/{who}", request={"who": who})
        account = audited(action, reached.world, lambda: bootstrap_admin(who, reached.world))
    out.print(f"{account.uid} is an admin now, and must sign in again.", markup=False)


@app.command(name="register-urls")
def register_urls(project: Project = "", emulator: Emulator = False) -> None:
    """Tell Safaricom where payments by hand are reported.

    In production this can be done once; to change the addresses, delete them on the portal first.
    """
    with told_errors():
        world = connect(project, emulator=emulator).world
        assert isinstance(world.daraja, DarajaMerchants)
        urls = {
            name: f"{world.public_base_url}/daraja/c2b/{name}/{key}"
            for name in ("validation", "confirmation")
            if (key := path_key(world.callback_secret, f"c2b|{name}"))
        }
        answers = {
            name: daraja.register_urls(
                validation_url=urls["validation"], confirmation_url=urls["confirmation"]
            )
            for name, daraja in {"main": world.daraja.main, **world.daraja.own}.items()
        }
    for name, said in answers.items():
        out.print(said if name == "main" else f"{name}: {said}", markup=False)
    all_done = set(answers.values()) == {REGISTERED}
    raise typer.Exit(Exit.OK if all_done else Exit.PROBLEMS)


@app.command(name="reconcile-now")
def reconcile_now(project: Project = "", emulator: Emulator = False) -> None:
    """Do what is due, as the schedule does, until nothing is left; ends with 1 if some failed."""
    with told_errors(), Progress(console=progress_out, transient=True) as progress:
        world = connect(project, emulator=emulator).world
        task = progress.add_task("Reconciling", total=None)
        due = failures = 0
        for _ in range(MAX_RUNS):
            run = reconcile(world, workers=MAX_WORKERS)
            due, failures = due + run.due + run.others, failures + run.failures
            progress.update(task, completed=due)
            if run.left == 0:
                break
    out.print(f"{due} due, {failures} failed.")
    raise typer.Exit(Exit.PROBLEMS if failures else Exit.OK)


@app.command()
def verify(
    recount: Annotated[
        bool, typer.Option("--recount", help="Also count every entry of every day again.")
    ] = False,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Check the chains of the audit and of the closed days; ends with 1 if one was broken."""
    with told_errors(), Progress(console=progress_out, transient=True) as progress:
        world = connect(project, emulator=emulator).world
        task = progress.add_task("Audit", total=world.audit.head().seq or None)
        found = verify_audit(world, progress=lambda seq: progress.update(task, completed=seq))
        books = progress.add_task("Books", total=None)
        wrong = verify_books(
            world, recount=recount, progress=lambda day: progress.update(books, description=day)
        )
    for line in wrong:
        out.print(line, markup=False)
    for fault in found.faults:
        out.print(f"entry {fault.seq}: {fault.why}", markup=False)
    for seq in found.unfinished:
        out.print(f"entry {seq}: an intent without an outcome; look whether it was done")
    out.print(f"audit: {found.entries} entries, {len(found.faults)} faults, {found.head_hash}")
    out.print(f"books: {len(wrong)} faults")
    raise typer.Exit(Exit.PROBLEMS if found.faults or wrong else Exit.OK)


@app.command(name="trial-balance")
def show_trial_balance(
    pdf: PdfOut = None, csv: CsvOut = None, project: Project = "", emulator: Emulator = False
) -> None:
    """Show all accounts of the ledger as they stand now; ends with 1 if they do not add up."""
    with told_errors():
        world = connect(project, emulator=emulator).world
        give(trial_balance_report(world), pdf=pdf, csv=csv)
        balanced = trial_balance(world).balances.balanced
    raise typer.Exit(Exit.OK if balanced else Exit.PROBLEMS)


@app.command(name="audit")
def show_audit(
    target: Annotated[str, typer.Option(help="Only this target, e.g. meters/MTR-001.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Show what staff did, newest first."""
    with told_errors():
        world = connect(project, emulator=emulator).world
        records = world.audit.page(before_seq=None, target=target or None, limit=limit)
    for record in records:
        out.print(_line(record), markup=False)


@app.command(name="provision-meter")
def provision_meter(
    meter_id: Annotated[str, typer.Argument(help="A registered meter, e.g. MTR-001.")],
    hardware_id: Annotated[str, typer.Argument(help="Of the board, from its label.")],
    label_secret: Annotated[
        str, typer.Option(prompt=True, hide_input=True, help="Of the board, from its label.")
    ],
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Let a board take a meter's number: prints the code to type at the board, once."""
    with told_errors():
        reached = connect(project, emulator=emulator)
        order = ClaimOrder(
            meter_id=parse_meter_id(meter_id),
            hardware_id=hardware_id,
            label_secret=label_secret,
            caller=reached.caller,
        )
        action = reached.action("create_claim", f"meters/{meter_id}")
        code, claim = audited(action, reached.world, lambda: create_claim(order, reached.world))
    out.print(f"{code}  (good until {claim.expires_at_ms} ms)", markup=False)


def _line(record: AuditRecord) -> str:
    entry = record.entry
    ended = entry.result or entry.phase.value
    return f"{record.seq:>6}  {entry.actor}  {entry.action}  {entry.target}  {ended}"
