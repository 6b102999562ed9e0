"""GET /api/reports/{name}.csv: streamed, a row at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from itertools import chain, islice

from flask import Request, Response

from lipamita.adapters.csv_cell import csv_cell
from lipamita.domain.errors import NotFoundError
from lipamita.domain.meter import Caller
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.report import Period, Row, daily_sales, ledger_lines, parse_period
from lipamita.use_cases.world import World

Report = Callable[[Period, Caller, World], Iterator[Row]]
REPORTS: dict[str, Report] = {"daily-sales.csv": daily_sales, "ledger.csv": ledger_lines}


def answer(request: Request, name: str) -> Response:
    """?from=2026-11-01&to=2026-11-30 -> text/csv. Raises NotFoundError for another name."""
    caller = http.caller(request)
    report = REPORTS.get(name)
    if report is None:
        raise NotFoundError(
            "unknown_report", f"there are {', '.join(sorted(REPORTS))}", field="name"
        )
    period = parse_period(request.args.get("from"), request.args.get("to"))
    rows = report(period, caller, wiring.world())
    first = list(islice(rows, 2))  # while an error can still be told as one
    response = Response(_lines(chain(first, rows)), mimetype="text/csv")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([csv_cell(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
