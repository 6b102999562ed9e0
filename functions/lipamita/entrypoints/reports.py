"""GET /api/reports/{name}.csv and .pdf: CSV is streamed, a row at a time; a PDF has a limit."""

from __future__ import annotations

from itertools import chain, islice

from flask import Request, Response

from lipamita.adapters.report_csv import csv_lines
from lipamita.adapters.report_pdf import pdf_of
from lipamita.domain.errors import NotFoundError
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.report import REPORTS, make_report, parse_query

FORMATS = ("csv", "pdf")
PARAMETERS = frozenset({"from", "to", "days"})


def answer(request: Request, name: str) -> Response:
    """?from=2026-11-01&to=2026-11-30 (or days=7) -> text/csv or application/pdf.

    Raises NotFoundError for another name.
    """
    caller, world = http.caller(request), wiring.world()
    wanted, _, form = name.partition(".")
    if form not in FORMATS or wanted not in REPORTS:
        raise NotFoundError(
            "unknown_report",
            f"there are {', '.join(sorted(REPORTS))}, each as {' and '.join(FORMATS)}",
            field="name",
        )
    http.refuse_unknown_parameters(request, PARAMETERS)
    report = make_report(wanted, parse_query(request.args, world), caller, world)
    if form == "pdf":
        response = Response(pdf_of(report), mimetype="application/pdf")
    else:
        lines = csv_lines(report)
        first = list(islice(lines, 2))  # while an error can still be told as one
        response = Response(chain(first, lines), mimetype="text/csv")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
