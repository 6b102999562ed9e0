from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from lipamita.domain.ids import MeterId, Receipt, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment_entries import received
from lipamita.domain.report_table import Cell, Row
from lipamita.domain.statement import Statement, StatementLine
from lipamita.domain.tariff import Block, Levy, Tariff
from lipamita.domain.units import DAY_MS, Cents, Kes, Millis, day_eat
from lipamita.use_cases import report_books, report_estate
from lipamita.use_cases.archive import archive
from lipamita.use_cases.compare_statement import compare_statement
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.report import REPORTS, make_report, parse_period, parse_query

from tests.fakes.estate import METER, OWNER, START_MS, Estate, make_meter
from tests.unit.lipamita.use_cases.ordering import Ordering
from tests.unit.lipamita.use_cases.test_archive import delivered

OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
TODAY = {"from": day_eat(START_MS), "to": day_eat(START_MS)}
Told = dict[str, Cell]


@pytest.fixture
def estate() -> Estate:
    return Estate()


def made(estate: Estate, name: str, **given: str) -> list[Told]:
    """The rows of that report by column, the sums last."""
    query = parse_query({**TODAY, **given}, estate.world)
    report = make_report(name, query, OPERATOR, estate.world)
    rows: list[Row] = list(report.with_sums())
    return [{str(k): v for k, v in zip(report.names, row, strict=True)} for row in rows]


def test_a_days_sales_are_one_row_with_credits_above_zero_and_a_row_of_sums(
    estate: Estate,
) -> None:
    payment = delivered(estate)
    archive(estate.world)
    told, sums = made(estate, "daily-sales")
    assert told["paybill_float_cents"] == told["energy_revenue_cents"] == 50_000
    assert told["energy_sold_wh"] == told["energy_delivered_wh"] == payment.quote.energy_wh
    assert (told["closed"], told["entries"], told["suspense_cents"]) == ("no", 3, 0)
    assert (sums["day"], sums["paybill_float_cents"]) == ("sum", 50_000)


def test_a_vat_report_splits_what_was_sold_into_net_and_taxes(estate: Estate) -> None:
    block = Block(up_to_wh=None, price_cents_per_kwh=Cents(2_500))
    estate.store.tariffs["flat"] = Tariff(
        tariff_id="flat", blocks=(block,), levies=(Levy(name="REP", percent=5),), vat_percent=16
    )
    payment = delivered(estate)
    archive(estate.world)
    told, sums = made(estate, "vat")
    lines = {line.kind.value: line.amount_cents for line in payment.quote.lines}
    assert (told["vat_cents"], told["levies_cents"]) == (lines["vat"], lines["levy"])
    assert told["gross_cents"] == sums["gross_cents"] == 50_000
    assert told["net_cents"] == 50_000 - lines["vat"] - lines["levy"]


def test_places_are_earned_in_columns_of_their_own_and_taxed_when_paid() -> None:
    estate = Ordering()
    payment = estate.pay(estate.prompt(estate.order()))
    archive(estate.world)
    until = day_eat(estate.begins_ms)
    [*_, paid] = made(estate, "vat", to=until)
    estate.wait(estate.begins_ms - estate.now_ms)
    reconcile(estate.world)
    archive(estate.world)
    [*_, begun] = made(estate, "vat", to=until)
    [*_, sold] = made(estate, "daily-sales", to=until)
    assert paid == begun
    assert begun["gross_cents"] == payment.amount_kes * 100
    assert sold["booking_revenue_cents"] == begun["net_cents"]


def test_a_trial_balance_has_as_much_debit_as_credit(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    *accounts, sums = made(estate, "trial-balance")
    assert {"paybill_float", "energy_owed"} - {one["account"] for one in accounts} == {
        "energy_owed"
    }
    assert sums["debit_cents"] == sums["credit_cents"] == 50_000
    assert sums["energy_wh"] == 0


def test_the_ledger_is_told_line_by_line_and_sums_to_zero(estate: Estate) -> None:
    delivered(estate)
    archive(estate.world)
    *rows, sums = made(estate, "ledger")
    assert (sums["cents"], sums["energy_wh"]) == (0, 0)
    assert len({row["entry_id"] for row in rows}) == 3


def test_only_days_asked_for_are_told(estate: Estate) -> None:
    for number in range(3):
        at_ms = Millis(START_MS + number * DAY_MS)
        entry = received(Receipt(f"UKL1AAAA0{number}"), Kes(100), at_ms=at_ms)
        estate.record.write([entry], (), now_ms=at_ms)
    estate.wait(2 * DAY_MS)
    tomorrow = day_eat(Millis(START_MS + DAY_MS))
    told = made(estate, "daily-sales", **{"from": tomorrow, "to": tomorrow})
    assert [row["day"] for row in told] == [tomorrow, "sum"]


def test_a_ledger_with_too_many_rows_says_that_there_are_more(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_books, "MAX_ROWS", 2)
    delivered(estate)
    archive(estate.world)
    assert [row["day"] for row in made(estate, "ledger")][-2:] == ["more", "sum"]


def test_every_meter_is_listed_by_number_over_the_pages(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_estate, "PAGE", 2)
    for number in range(2, 6):
        meter_id = MeterId(f"MTR-00{number}")
        estate.store.meters[meter_id] = replace(
            make_meter(), meter_id=meter_id, current_balance_wh=1_000
        )
    *rows, sums = made(estate, "meters")
    assert [row["meter_id"] for row in rows] == [f"MTR-00{number}" for number in range(1, 6)]
    assert (rows[0]["current_balance_wh"], sums["current_balance_wh"]) == ("", 4_000)


def silent(estate: Estate, name: str, days: int, *, retired_at_ms: Millis | None = None) -> None:
    standing = make_meter()
    status = replace(standing.status, last_seen_ms=Millis(estate.now_ms - days * DAY_MS))
    estate.store.meters[MeterId(name)] = replace(
        standing,
        meter_id=MeterId(name),
        status=status,
        current_balance_wh=500,
        retired_at_ms=retired_at_ms,
    )


def test_meters_not_heard_from_for_days_are_told_with_their_balance(estate: Estate) -> None:
    silent(estate, "MTR-101", 8)
    silent(estate, "MTR-102", 30)
    silent(estate, "MTR-103", 3)
    silent(estate, "MTR-104", 40, retired_at_ms=START_MS)
    *rows, sums = made(estate, "silent-meters")
    assert [(row["meter_id"], row["silent_days"]) for row in rows] == [
        ("MTR-102", "30"),
        ("MTR-101", "8"),
    ]
    assert sums["current_balance_wh"] == 1_000
    assert len(made(estate, "silent-meters", days="2")) == 4
    assert METER not in {row["meter_id"] for row in rows}


def test_statements_are_told_with_each_receipt_that_differs(estate: Estate) -> None:
    line = StatementLine(
        receipt=Receipt("UKL1AAAA01"), at_ms=START_MS, amount_cents=700, reason="Pay"
    )
    compare_statement(Statement(lines=(line,), bad_rows=()), estate.world)
    whole, one, sums = made(estate, "reconciliation")
    assert (whole["matched"], whole["difference"]) == (0, "1 differ")
    assert (one["difference"], one["mpesa_receipt"]) == ("missing_here", "UKL1AAAA01")
    assert (sums["statement_cents"], sums["books_cents"]) == (700, 0)


def test_statements_of_other_days_are_not_told(estate: Estate) -> None:
    line = StatementLine(
        receipt=Receipt("UKL1AAAA01"), at_ms=START_MS, amount_cents=700, reason="Pay"
    )
    compare_statement(Statement(lines=(line,), bad_rows=()), estate.world)
    assert len(made(estate, "reconciliation", **{"from": "2026-01-01", "to": "2026-01-02"})) == 1


@pytest.mark.parametrize("name", REPORTS)
def test_reports_are_for_staff(estate: Estate, name: str) -> None:
    with pytest.raises(ForbiddenError):
        make_report(name, parse_query(TODAY, estate.world), OWNER, estate.world)


def test_another_report_is_not_found(estate: Estate) -> None:
    with pytest.raises(NotFoundError):
        make_report("profit", parse_query(TODAY, estate.world), OPERATOR, estate.world)


def test_without_days_it_is_this_month(estate: Estate) -> None:
    period = parse_query({}, estate.world).period
    assert (period.from_day, period.to_day) == (f"{TODAY['to'][:7]}-01", TODAY["to"])


def test_more_than_a_year_is_refused_and_days_in_reverse_are_none(estate: Estate) -> None:
    with pytest.raises(ConflictError, match="366 days"):
        parse_period("2025-01-01", "2026-11-20")
    told = made(estate, "daily-sales", **{"from": "2026-11-21", "to": "2026-11-20"})
    assert [row["day"] for row in told] == ["sum"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": "21.11.2026"}, "to"),
        ({"from": "20261121"}, "from"),
        ({"from": "2026-11-31"}, "from"),
        ({"from": ""}, "from"),
        ({"days": "0"}, "days"),
        ({"days": "3651"}, "days"),
        ({"days": "-1"}, "days"),
        ({"days": "x"}, "days"),
        ({"days": "9" * 5_000}, "days"),
    ],
)
def test_what_was_asked_for_wrongly_is_named(
    estate: Estate, given: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_query(given, estate.world)
    assert refused.value.field == field


def test_what_places_earn_has_columns_of_its_own_and_its_tax_is_due_when_it_is_paid() -> None:
    estate = Ordering()
    payment = estate.pay(estate.prompt(estate.order()))
    archive(estate.world)
    told, _ = made(estate, "vat")
    lines = {line.kind.value: line.amount_cents for line in payment.quote.lines}
    assert (told["net_cents"], told["vat_cents"]) == (lines["booking"], lines["vat"])
    estate.wait(estate.begins_ms - estate.now_ms)
    reconcile(estate.world)
    archive(estate.world)
    assert made(estate, "vat")[0] == told
    sales = made(estate, "daily-sales")[0]
    assert (sales["booking_revenue_cents"], sales["parking_revenue_cents"]) == (lines["booking"], 0)
    assert sales["energy_revenue_cents"] == 0
