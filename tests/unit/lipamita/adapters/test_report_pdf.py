from __future__ import annotations

import pytest
from lipamita.adapters.report_pdf import MAX_PDF_ROWS, pdf_of
from lipamita.domain.errors import ConflictError
from lipamita.domain.report_table import Column, Report, Row, Unit

COLUMNS = (
    Column(name="name", label="Name"),
    Column(name="cents", label="KES", unit=Unit.CENTS),
)


def report(rows: list[Row]) -> Report:
    return Report(title="Sales", note="KES.", columns=COLUMNS, rows=iter(rows))


def test_many_rows_are_many_pages() -> None:
    data = pdf_of(report([("x", 1)] * 120))
    assert data.startswith(b"%PDF-")
    assert data.count(b"/Type /Page\n") >= 3


def test_text_that_the_standard_fonts_lack_does_not_stop_a_report() -> None:
    assert pdf_of(report([("Nyumba ya Juma \U0001f3e0 — 家", 1)])).startswith(b"%PDF-")


def test_a_report_too_long_for_a_pdf_is_refused() -> None:
    with pytest.raises(ConflictError) as refused:
        pdf_of(report([("x", 1)] * (MAX_PDF_ROWS + 1)))
    assert refused.value.code == "report_too_long"
