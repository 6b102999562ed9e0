"""``lipamita personal-data``: what is kept about one person, given to them or made nobody's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer
from lipamita.adapters.payment_schema import payment_to_json
from lipamita.adapters.place_schema import order_to_json
from lipamita.domain.ids import Uid
from lipamita.use_cases.audit import audited
from lipamita.use_cases.personal_data import PersonalData, erase_person, export_person
from lipamita.use_cases.read_books import trial_balance
from rich.progress import Progress

from tools.cli import connection
from tools.cli.connection import Connection
from tools.cli.console import Emulator, Project, progress_out, say
from tools.cli.exits import Exit, told_errors

app = typer.Typer(help="One person's data: export it, or erase it.", no_args_is_help=True)
Person = Annotated[str, typer.Argument(metavar="UID", help="The person's uid.")]


@app.command()
def export(
    uid: Person,
    output: Annotated[Path, typer.Option("--output", "-o", help="Write it to this file.")],
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Write all that is kept about somebody as JSON: profile, orders, consumption, payments."""
    with told_errors(), Progress(console=progress_out, transient=True) as progress:
        reached = connection.connect(project, emulator=emulator)
        task = progress.add_task("Payments", total=None)

        def work() -> int:
            person = export_person(Uid(uid), reached.caller, reached.world)
            with output.open("w", encoding="utf-8") as file:
                return _write(person, file, lambda count: progress.update(task, completed=count))

        count = audited(reached.action("export_person", f"users/{uid}"), reached.world, work)
    say(f"{count} payments and the profile of {uid} are in {output}.")


@app.command()
def erase(
    uid: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Make somebody's payments nobody's, and remove their profile. It cannot be undone.

    Refused while a payment is open. The books keep every shilling, and name nobody before or after.
    The sign-in account is removed in the Firebase console.
    """
    if not yes:
        typer.confirm(f"Erase everything that names {uid}? It cannot be undone.", abort=True)
    with told_errors(), Progress(console=progress_out, transient=True) as progress:
        reached = connection.connect(project, emulator=emulator)
        progress.add_task("Erasing", total=None)
        action = reached.action("erase_person", f"users/{uid}")
        count = audited(
            action, reached.world, lambda: erase_person(Uid(uid), reached.caller, reached.world)
        )
        balanced = _balanced(reached)
    say(f"{count} payments and orders are nobody's now, and the profile is gone.")
    if not balanced:
        say("The books do not add up: see lipamita verify.")
    raise typer.Exit(Exit.OK if balanced else Exit.PROBLEMS)


def _balanced(reached: Connection) -> bool:
    return trial_balance(reached.world).balances.balanced


def _write(person: PersonalData, file: TextIO, progress: Callable[[int], None]) -> int:
    """One payment at a time, however many there are."""
    profile = None if person.profile is None else asdict(person.profile)
    orders = [{"order_id": order.order_id, **order_to_json(order)} for order in person.orders]
    file.write(f'{{"profile": {json.dumps(profile)},\n"orders": {json.dumps(orders)},\n')
    file.write(f'"consumption_wh": {json.dumps(person.consumption)},\n')
    file.write('"payments": [')
    count = 0
    for payment in person.payments:
        node = {"transaction_id": payment.transaction_id, **payment_to_json(payment)}
        file.write(f"{',' if count else ''}\n{json.dumps(node)}")
        count += 1
        progress(count)
    file.write("\n]}\n")
    return count
