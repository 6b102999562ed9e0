from __future__ import annotations

import csv
import io

import pytest
from lipamita.domain.ids import Receipt
from lipamita.domain.payment_entries import received
from lipamita.domain.units import Kes, day_eat
from lipamita.use_cases.report import REPORTS

from tests.unit.lipamita.domain.samples import NOW, RECEIPT, TRANSACTION
from tests.unit.lipamita.entrypoints.deployment import AMINA, OPERATOR, App, said

TODAY = day_eat(NOW)
QUERY = f"?from={TODAY}&to={TODAY}"


@pytest.fixture
def booked(app: App) -> App:
    minus = TRANSACTION  # begins with a minus sign, as push ids do
    entries = [
        received(RECEIPT, Kes(500), at_ms=NOW, transaction_id=minus),
        received(Receipt("UKL0DEMO09"), Kes(1), at_ms=NOW),
    ]
    app.record.write(entries, (), now_ms=NOW)
    return app


def test_a_report_is_csv_for_a_spreadsheet_and_no_cache(booked: App) -> None:
    answer = booked.get(f"/api/reports/daily-sales.csv{QUERY}", OPERATOR)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    row, sums = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    assert row["paybill_float_cents"] == sums["paybill_float_cents"] == "50100"


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_also_a_pdf(booked: App, name: str) -> None:
    answer = booked.get(f"/api/reports/{name}.pdf{QUERY}", OPERATOR)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert answer.get_data().startswith(b"%PDF-")


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_ends_with_its_sums(booked: App, name: str) -> None:
    answer = booked.get(f"/api/reports/{name}.csv{QUERY}", OPERATOR)
    assert answer.status_code == 200
    assert list(csv.reader(io.StringIO(answer.get_data(as_text=True))))[-1][0] == "sum"


def test_text_that_looks_like_a_formula_is_marked_as_text(booked: App) -> None:
    answer = booked.get(f"/api/reports/ledger.csv{QUERY}", OPERATOR)
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert {row["transaction_id"] for row in rows} == {f"'{TRANSACTION}", ""}
    assert {row["cents"] for row in rows} == {"50000", "-50000", "100", "-100", "0"}


@pytest.mark.parametrize("name", ["daily-sales.csv", "ledger.csv", "meters.pdf"])
def test_reports_are_for_staff(booked: App, name: str) -> None:
    answer = booked.get(f"/api/reports/{name}{QUERY}", AMINA)
    assert (answer.status_code, said(answer)["error"]["code"]) == (403, "staff_only")


def test_another_name_and_another_period_are_refused(booked: App) -> None:
    for name in ("x.csv", "ledger", "ledger.xls", "ledger.csv.csv"):
        assert booked.get(f"/api/reports/{name}{QUERY}", OPERATOR).status_code == 404
    assert booked.get("/api/reports/ledger.csv?from=1&to=2", OPERATOR).status_code == 400
