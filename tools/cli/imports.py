"""``lipamita import``: meters, or the tenants they are for, from a CSV file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from lipamita.domain.import_file import METER_COLUMNS, TENANT_COLUMNS, ImportReport
from lipamita.use_cases.audit import audited
from lipamita.use_cases.import_estate import import_meters, import_tenants
from rich.progress import Progress

from tools.cli import connection
from tools.cli.console import Emulator, Project, progress_out, read_file, say
from tools.cli.exits import Exit, told_errors


class What(StrEnum):
    """What the file has a row for."""

    METERS = "meters"
    TENANTS = "tenants"


_IMPORTS = {What.METERS: import_meters, What.TENANTS: import_tenants}
_COLUMNS = {What.METERS: METER_COLUMNS, What.TENANTS: TENANT_COLUMNS}


def import_file(
    what: Annotated[What, typer.Argument(help="What the file has a row for.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, UTF-8.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at every row, and write nothing.")
    ] = False,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Bring in meters or tenants; ends with 1 if a row was refused, and names each.

    The first line names the columns. Of meters: meter_id, name, kind, tariff_id, and if wanted
    site_id and owner. Of tenants: who (uid, e-mail address or phone), and if wanted name, language
    and meter_id. A row is done as a whole or not at all; the same file may be brought in again.
    """
    with told_errors(), Progress(console=progress_out, transient=True) as progress:
        reached = connection.connect(project, emulator=emulator)
        data = read_file(file)
        task = progress.add_task(f"Importing {what.value}", total=None)

        def work() -> ImportReport:
            return _IMPORTS[what](
                data,
                reached.caller,
                reached.world,
                dry_run=dry_run,
                progress=lambda done, of: progress.update(task, completed=done, total=of),
            )

        request = {"file": file.name, "bytes": len(data)}
        action = reached.action(f"import_{what.value}", what.value, request=request)
        report = work() if dry_run else audited(action, reached.world, work)
    for problem in report.problems:
        field = f" {problem.field}:" if problem.field else ""
        say(f"line {problem.line}:{field} {problem.message}")
    verb = "would be changed" if dry_run else "changed"
    say(
        f"{report.rows} rows: {report.changed} {verb}, {report.unchanged} as they stood, "
        f"{len(report.problems)} refused."
    )
    raise typer.Exit(Exit.PROBLEMS if report.problems else Exit.OK)
