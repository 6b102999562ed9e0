"""What all commands share: where they write, and how they name a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from tools.cli.exits import Exit
from tools.cli.report_table import Table, write_csv, write_pdf

MAX_FILE_BYTES = 16 * 1024 * 1024
out, progress_out = Console(), Console(stderr=True)
Project = Annotated[str, typer.Option("--project", "-p", help="The Firebase project.")]
Emulator = Annotated[
    bool, typer.Option("--emulator", help="The local emulators, on their usual ports.")
]
FileIn = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]


def say(line: str) -> None:
    """One line as it is: what comes from outside is no markup."""
    out.print(line, markup=False, highlight=False, soft_wrap=True)


def give(table: Table, *, pdf: Path | None, csv: Path | None) -> None:
    """Into the files that were named; without any, onto the screen."""
    if pdf is not None:
        write_pdf(table, pdf)
    if csv is not None:
        write_csv(table, csv)
    if pdf is None and csv is None:
        shown = RichTable(*table.head, title=table.title, caption=table.note)
        for cells in (*table.rows, table.last):
            shown.add_row(*(escape(cell) for cell in cells))
        out.print(shown)


def read_file(path: Path) -> bytes:
    """The whole file. Ends with 2 when it is larger than any that is meant."""
    if path.stat().st_size > MAX_FILE_BYTES:
        say(f"{path} is larger than {MAX_FILE_BYTES} bytes")
        raise typer.Exit(Exit.USAGE)
    return path.read_bytes()
