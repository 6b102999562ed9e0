"""What all commands share: where they write, and how they name a deployment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from lipamita.adapters.report_csv import csv_lines
from lipamita.adapters.report_pdf import pdf_of
from lipamita.domain.report_table import SUMMED, Report, shown
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from tools.cli.exits import Exit

MAX_FILE_BYTES = 16 * 1024 * 1024
out, progress_out = Console(), Console(stderr=True)
Project = Annotated[str, typer.Option("--project", "-p", help="The Firebase project.")]
Emulator = Annotated[
    bool, typer.Option("--emulator", help="The local emulators, on their usual ports.")
]
PdfOut = Annotated[Path | None, typer.Option(help="Write it as PDF to this file.")]
CsvOut = Annotated[Path | None, typer.Option(help="Write it as CSV to this file.")]


def say(line: str) -> None:
    """One line as it is: what comes from outside is no markup."""
    out.print(line, markup=False, highlight=False, soft_wrap=True)


def give(report: Report, *, pdf: Path | None, csv: Path | None) -> None:
    """Into the files that were named; without any, onto the screen."""
    with Progress(console=progress_out, transient=True) as progress:
        rows = progress.track(report.rows, description=report.title)
        if pdf is not None and csv is not None:
            rows = list(rows)
        if csv is not None:
            with csv.open("w", encoding="utf-8", newline="") as file:
                file.writelines(csv_lines(replace(report, rows=iter(rows))))
        if pdf is not None:
            pdf.write_bytes(pdf_of(replace(report, rows=iter(rows))))
        shown_here = _table(replace(report, rows=iter(rows))) if pdf is csv is None else None
    if shown_here is not None:
        out.print(shown_here)


def read_file(path: Path) -> bytes:
    """The whole file. Ends with 2 when it is larger than any that is meant."""
    if path.stat().st_size > MAX_FILE_BYTES:
        say(f"{path} is larger than {MAX_FILE_BYTES} bytes")
        raise typer.Exit(Exit.USAGE)
    return path.read_bytes()


def _table(report: Report) -> Table:
    table = Table(title=report.title, caption=report.note)
    for column in report.columns:
        table.add_column(column.label, justify="right" if column.unit in SUMMED else "left")
    for row in report.with_sums():
        cells = zip(row, report.columns, strict=True)
        table.add_row(*(escape(shown(cell, column.unit)) for cell, column in cells))
    return table
