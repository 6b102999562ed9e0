"""``lipamita reverse-entry``: put the books right by an opposite entry."""

from __future__ import annotations

from typing import Annotated

import typer
from lipamita.domain.report_table import Unit, shown
from lipamita.use_cases.audit import audited
from lipamita.use_cases.reverse_entry import find_entry, reverse_entry

from tools.cli import connection
from tools.cli.console import Emulator, Project, say
from tools.cli.exits import told_errors


def reverse(
    entry_id: Annotated[str, typer.Argument(help="As the ledger names it.")],
    why: Annotated[str, typer.Option("--why", prompt=True, help="Kept in the audit.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Take an entry of the ledger back, once, by its opposite on the first open day."""
    with told_errors():
        reached = connection.connect(project, emulator=emulator)
        standing = find_entry(entry_id, reached.world)
        for account, cents in standing.cents.items():
            say(f"{account}: KES {shown(cents, Unit.CENTS)}")
        for account, energy_wh in standing.energy_wh.items():
            say(f"{account}: {shown(energy_wh, Unit.WH)} kWh")
        if not yes:
            typer.confirm(f"Take {entry_id} back?", abort=True)
        action = reached.action("reverse_entry", f"ledger/{entry_id}", request={"why": why})
        made = audited(
            action, reached.world, lambda: reverse_entry(entry_id, reached.caller, reached.world)
        )
    say(f"{made.entry_id} stands now.")
