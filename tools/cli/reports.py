"""``lipamita report`` and ``lipamita export``: reports by name, onto the screen or into files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from lipamita.domain.errors import InvalidInputError
from lipamita.use_cases.report import REPORTS, SILENT_DAYS, make_report, parse_query

from tools.cli import connection
from tools.cli.connection import Connection
from tools.cli.console import CsvOut, Emulator, PdfOut, Project, give
from tools.cli.exits import told_errors

NAMES = ", ".join(sorted(REPORTS))


def sales(  # noqa: PLR0913, PLR0917 - each is an option of the command
    first: Annotated[datetime, typer.Argument(metavar="FROM", formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Argument(metavar="TO", formats=["%Y-%m-%d"])],
    pdf: PdfOut = None,
    csv: CsvOut = None,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Sales of each day from FROM to TO: received, energy, revenue, VAT and levies."""
    with told_errors():
        reached = connection.connect(project, emulator=emulator)
        asked = {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
        _give("daily-sales", asked, reached, pdf=pdf, csv=csv)


def export(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: Annotated[str, typer.Argument(help=f"One of {NAMES}.")],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; else of this month."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; else today."),
    ] = None,
    silent_days: Annotated[
        int, typer.Option("--days", min=1, help="Of silent-meters: silent for so long.")
    ] = SILENT_DAYS,
    pdf: PdfOut = None,
    csv: CsvOut = None,
    project: Project = "",
    emulator: Emulator = False,
) -> None:
    """Write a report as CSV (--csv) or PDF (--pdf).

    In a CSV money is in cents, energy in Wh and time in ms, and the last row has the sums.
    """
    with told_errors():
        if pdf is None and csv is None:
            raise InvalidInputError("usage", "name a file: --csv or --pdf")
        if name not in REPORTS:
            raise InvalidInputError("usage", f"there are {NAMES}")
        reached = connection.connect(project, emulator=emulator)
        asked = {"days": str(silent_days)}
        asked |= {} if first is None else {"from": f"{first:%Y-%m-%d}"}
        asked |= {} if last is None else {"to": f"{last:%Y-%m-%d}"}
        _give(name, asked, reached, pdf=pdf, csv=csv)


def _give(
    name: str, asked: dict[str, str], reached: Connection, *, pdf: Path | None, csv: Path | None
) -> None:
    query = parse_query(asked, reached.world)
    give(make_report(name, query, reached.caller, reached.world), pdf=pdf, csv=csv)
