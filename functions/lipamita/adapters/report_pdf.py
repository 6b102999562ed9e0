"""A report as PDF for people: A4, the headings on every page, the sums at the end.

fpdf2 costs about 400 ms to import and is imported by the first PDF that a process makes.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

from lipamita.domain.errors import ConflictError
from lipamita.domain.report_table import Report, Unit, shown

MAX_PDF_ROWS = 2_000
WIDE_COLUMNS = 8  # and more: the page lies on its side
MARGIN_MM = 12
TITLE_PT, TEXT_PT, WIDE_PT = 15, 9, 7.5
HEAD_COLOUR = (225, 232, 240)
MAX_CELL = 60
_LEAST_WIDTH, _MOST_WIDTH = 6, 30  # of a column, in characters


def pdf_of(report: Report) -> bytes:
    """The whole document. Raises ConflictError (report_too_long) for more than MAX_PDF_ROWS."""
    from fpdf.fonts import FontFace  # noqa: PLC0415 (see the module's head)

    rows = [
        [_text(shown(cell, column.unit)) for cell, column in zip(row, report.columns, strict=True)]
        for row in islice(report.with_sums(), MAX_PDF_ROWS + 2)
    ]
    if len(rows) > MAX_PDF_ROWS + 1:
        raise ConflictError(
            "report_too_long", f"a PDF has at most {MAX_PDF_ROWS} rows; ask for the CSV"
        )
    labels = [_text(column.label) for column in report.columns]
    wide = len(labels) >= WIDE_COLUMNS
    size_pt = WIDE_PT if wide else TEXT_PT
    document = _document_class()(_text(report.title), "landscape" if wide else "portrait")
    document.add_page()
    document.set_font("helvetica", size=TEXT_PT)
    document.multi_cell(0, text=_text(report.note), new_x="LMARGIN", new_y="NEXT")
    document.ln(3)
    document.set_font("helvetica", size=size_pt)
    style = FontFace(emphasis="BOLD", fill_color=HEAD_COLOUR)
    with document.table(
        headings_style=style,
        text_align=tuple(
            "LEFT" if column.unit in (Unit.TEXT, Unit.MS) else "RIGHT" for column in report.columns
        ),
        col_widths=_widths([labels, *rows]),
        borders_layout="HORIZONTAL_LINES",
        line_height=size_pt * 0.6,
    ) as drawn:
        for cells in (labels, *rows[:-1]):
            drawn.row(cells)
        drawn.row(rows[-1], style=style)
    return bytes(document.output())


def _text(text: str) -> str:
    """What the standard fonts can show of it."""
    return text[: MAX_CELL * 4].encode("latin-1", "replace").decode("latin-1")


def _widths(rows: list[list[str]]) -> tuple[int, ...]:
    """Columns as wide as what stands in them, within reason."""
    longest = [max(len(cell) for cell in cells) for cells in zip(*rows, strict=True)]
    return tuple(min(max(length, _LEAST_WIDTH), _MOST_WIDTH) for length in longest)


@cache
def _document_class() -> Any:
    from fpdf import FPDF  # noqa: PLC0415 (see the module's head)

    class Document(FPDF):
        def __init__(self, title: str, orientation: str) -> None:
            super().__init__(orientation=orientation, format="A4")
            self._title = title
            self.set_title(title)
            self.set_margin(MARGIN_MM)
            self.set_auto_page_break(True, margin=MARGIN_MM + 6)
            self.alias_nb_pages()

        def header(self) -> None:
            self.set_font("helvetica", "B", TITLE_PT)
            self.cell(0, 10, self._title, new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            self.set_y(-MARGIN_MM)
            self.set_font("helvetica", size=TEXT_PT)
            self.cell(0, 6, f"lipamita    {self.page_no()} / {{nb}}", align="R")

    return Document
