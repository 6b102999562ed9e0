"""Reports from the books: sales and VAT by day, the ledger, a trial balance, statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lipamita.domain.ledger import (
    BOOKING_REVENUE,
    ENERGY_DELIVERED,
    ENERGY_SOLD,
    FIXED_CHARGES,
    LEVIES,
    PARKING_REVENUE,
    PAYBILL_FLOAT,
    PREPAYMENTS,
    REFUNDS,
    REMAINDER,
    REVENUE,
    SUSPENSE,
    VAT,
    Totals,
)
from lipamita.domain.report_table import Column, Report, Row, Unit
from lipamita.domain.statement import Comparison
from lipamita.domain.units import day_eat
from lipamita.use_cases.read_books import days, trial_balance
from lipamita.use_cases.report_ports import Period
from lipamita.use_cases.world import World

MAX_ROWS = 200_000
MAX_STATEMENTS = 100
PAGE = 500
_EARNED = (REVENUE, FIXED_CHARGES, BOOKING_REVENUE, PARKING_REVENUE, REMAINDER)
_DAYS_NOTE = "KES. Days in East Africa time; a day that is not closed can still change."
_DAY = Column(name="day", label="Day")
_CLOSED = Column(name="closed", label="Closed")


def daily_sales(period: Period, world: World) -> Report:
    """One row a day: money in, energy, and where the money went. Credits are shown above 0."""
    columns = (
        *(_DAY, _CLOSED, Column(name="entries", label="Entries", unit=Unit.COUNT)),
        _cents("paybill_float", "Received"),
        Column(name="energy_sold_wh", label="Sold kWh", unit=Unit.WH),
        Column(name="energy_delivered_wh", label="Delivered kWh", unit=Unit.WH),
        *(_cents("energy_revenue", "Energy"), _cents("fixed_charges", "Fixed charges")),
        *(_cents("booking_revenue", "Bookings"), _cents("parking_revenue", "Parking")),
        *(_cents("remainder", "Remainder"), _cents("vat", "VAT"), _cents("levies", "Levies")),
        *(_cents("suspense", "Suspense"), _cents("refunds_payable", "Refunds owed")),
    )
    accounts = (*_EARNED, VAT, LEVIES, SUSPENSE, REFUNDS)
    rows: Iterator[Row] = (
        (
            *(one.day, _yes(said=one.closed), one.totals.entries),
            one.totals.cents.get(PAYBILL_FLOAT, 0),
            -one.totals.energy_wh.get(ENERGY_SOLD, 0),
            one.totals.energy_wh.get(ENERGY_DELIVERED, 0),
            *(-_sum(one.totals, account) for account in accounts),
        )
        for one in days(period.from_day, period.to_day, world)
    )
    return Report(title=_title("Daily sales", period), note=_DAYS_NOTE, columns=columns, rows=rows)


def vat(period: Period, world: World) -> Report:
    """One row a day: what was sold, less refunds, and the taxes on it. Payment is the tax point."""
    columns = (
        *(_DAY, _CLOSED, _cents("net", "Net of taxes"), _cents("levies", "Levies")),
        *(_cents("vat", "VAT"), _cents("gross", "Gross")),
    )
    sale = (PREPAYMENTS, *_EARNED)  # what is earned was prepaid before
    rows: Iterator[Row] = (
        (one.day, _yes(said=one.closed), net, levies, due, net + levies + due)
        for one in days(period.from_day, period.to_day, world)
        for net in [-sum(_sum(one.totals, account) for account in sale)]
        for levies, due in [(-_sum(one.totals, LEVIES), -_sum(one.totals, VAT))]
    )
    note = f"{_DAYS_NOTE} Sales of the day less what was refunded, taxed on the day of payment."
    return Report(title=_title("VAT", period), note=note, columns=columns, rows=rows)


def trial_balance_report(world: World) -> Report:
    """One row an account as it stands now. Raises ConflictError (days_not_closed)."""
    balance = trial_balance(world)
    cents, energy_wh = balance.balances.cents, balance.balances.energy_wh
    columns = (
        Column(name="account", label="Account"),
        *(_cents("debit", "Debit"), _cents("credit", "Credit")),
        Column(name="energy_wh", label="Energy kWh", unit=Unit.WH),
    )
    rows: Iterator[Row] = (
        (name, max(amount, 0), max(-amount, 0), energy_wh.get(name, 0))
        for name in sorted({*cents, *energy_wh})
        for amount in [cents.get(name, 0)]
    )
    note = f"KES. Closed through: {balance.closed_through or 'never'}."
    title = f"Trial balance, {day_eat(world.clock())}"
    return Report(title=title, note=note, columns=columns, rows=rows)


def ledger_lines(period: Period, world: World) -> Report:
    """One row for each line of each entry, MAX_ROWS at most; a last row says so."""
    columns = (
        *(_DAY, Column(name="entry_id", label="Entry"), Column(name="kind", label="What")),
        Column(name="at_ms", label="Time", unit=Unit.MS),
        Column(name="transaction_id", label="Payment"),
        *(Column(name="mpesa_receipt", label="Receipt"), Column(name="account", label="Account")),
        Column(name="cents", label="KES", unit=Unit.CENTS),
        Column(name="energy_wh", label="kWh", unit=Unit.WH),
    )
    note = "Debit above 0, credit below; the lines of an entry add up to 0."
    empty: Iterator[Row] = iter(())
    report = Report(title=_title("Ledger", period), note=note, columns=columns, rows=empty)
    return replace(report, rows=_ledger_rows(period, report, world))


def reconciliation(period: Period, world: World) -> Report:
    """M-Pesa's statements of those days against the books: a row for each receipt that differs."""
    columns = (
        Column(name="statement_id", label="Statement"),
        Column(name="from_ms", label="From", unit=Unit.MS),
        Column(name="to_ms", label="To", unit=Unit.MS),
        Column(name="compared_at_ms", label="Compared", unit=Unit.MS),
        Column(name="matched", label="Agree", unit=Unit.COUNT),
        *(
            Column(name="difference", label="Difference"),
            Column(name="mpesa_receipt", label="Receipt"),
        ),
        *(_cents("statement", "Statement"), _cents("books", "Books")),
    )
    rows: Iterator[Row] = (
        row
        for one in world.record.comparisons(limit=MAX_STATEMENTS)
        if day_eat(one.from_ms) <= period.to_day and day_eat(one.to_ms) >= period.from_day
        for row in _compared(one)
    )
    note = (
        f"KES of the PayBill's float. Of the last {MAX_STATEMENTS} statements that were compared."
    )
    title = _title("Statements and books", period)
    return Report(title=title, note=note, columns=columns, rows=rows)


def _compared(one: Comparison) -> Iterator[Row]:
    """What agrees, in one row, and each difference that was kept."""
    head = (one.statement_id[:12], one.from_ms, one.to_ms, one.compared_at_ms)
    told = sum(one.counts.values())
    yield (*head, one.matched, f"{told} differ" if told else "none", "", "", "")
    for found in one.differences:
        cents = (found.there_cents, found.here_cents)
        yield (*head, "", found.kind.value, found.receipt, *cents)
    if told > len(one.differences):
        yield (*head, "", f"and {told - len(one.differences)} more", "", "", "")


def _ledger_rows(period: Period, report: Report, world: World) -> Iterator[Row]:
    rows = 0
    for one in days(period.from_day, period.to_day, world):
        for row in _rows_of(one.day, world):
            if rows == MAX_ROWS:
                yield report.more(MAX_ROWS)
                return
            rows += 1
            yield row


def _rows_of(day: str, world: World) -> Iterator[Row]:
    after: str | None = None
    while True:
        page = world.record.entries_of(day, after=after, limit=PAGE)
        for entry in page:
            for account in sorted({*entry.cents, *entry.energy_wh}):
                yield (
                    *(day, entry.entry_id, entry.kind.value, entry.at_ms),
                    *(entry.transaction_id or "", entry.receipt or "", account),
                    *(entry.cents.get(account, 0), entry.energy_wh.get(account, 0)),
                )
        if len(page) < PAGE:
            return
        after = page[-1].entry_id


def _sum(totals: Totals, account: str) -> int:
    """Of an account, or of all that are parts of it."""
    return sum(
        cents
        for name, cents in totals.cents.items()
        if name == account or name.startswith(f"{account}:")
    )


def _cents(name: str, label: str) -> Column:
    return Column(name=f"{name}_cents", label=label, unit=Unit.CENTS)


def _title(what: str, period: Period) -> str:
    return f"{what}, {period.from_day} to {period.to_day}"


def _yes(*, said: bool) -> str:
    return "yes" if said else "no"
