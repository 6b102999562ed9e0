"""Reports as rows of cells: sales by day, and the ledger line by line. For staff.

Rows are made one at a time, so a report of any length takes constant memory; its days and rows
have a limit. Sales are read from the kept totals of each day, not from its entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError
from lipamita.domain.ledger import (
    ENERGY_DELIVERED,
    ENERGY_SOLD,
    FIXED_CHARGES,
    LEVIES,
    PAYBILL_FLOAT,
    REFUNDS,
    REMAINDER,
    REVENUE,
    SUSPENSE,
    VAT,
    Totals,
)
from lipamita.domain.meter import Caller
from lipamita.use_cases.read_books import days
from lipamita.use_cases.world import World

MAX_DAYS = 366
MAX_ROWS = 200_000
PAGE = 500
Row = tuple[str | int, ...]
SALES_HEADINGS = (
    *("day", "closed", "entries", "paybill_float_cents", "energy_sold_wh", "energy_delivered_wh"),
    *("energy_revenue_cents", "fixed_charges_cents", "remainder_cents", "vat_cents"),
    *("levies_cents", "suspense_cents", "refunds_payable_cents"),
)
LEDGER_HEADINGS = (
    *("day", "entry_id", "kind", "at_ms", "transaction_id", "mpesa_receipt"),
    *("account", "cents", "energy_wh"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Accounting days, both included."""

    from_day: str
    to_day: str


def parse_period(from_day: object, to_day: object) -> Period:
    """Two days as ``yyyy-mm-dd``; there are none between them if the second is earlier.

    Raises InvalidInputError naming ``from`` or ``to``, and ConflictError for more than a year.
    """
    first, last = _day(from_day, "from"), _day(to_day, "to")
    if (last - first).days >= MAX_DAYS:
        raise ConflictError("period_too_long", f"ask for at most {MAX_DAYS} days", field="to")
    return Period(from_day=first.isoformat(), to_day=last.isoformat())


def daily_sales(period: Period, caller: Caller, world: World) -> Iterator[Row]:
    """The headings, then one row a day. Credits are shown above 0. Raises ForbiddenError."""
    _check_staff(caller)
    return _sales_rows(period, world)


def ledger_lines(period: Period, caller: Caller, world: World) -> Iterator[Row]:
    """The headings, then one row for each line of each entry. Raises ForbiddenError.

    A last row says so if there were more than MAX_ROWS.
    """
    _check_staff(caller)
    return _ledger_rows(period, world)


def _sales_rows(period: Period, world: World) -> Iterator[Row]:
    yield SALES_HEADINGS
    for one in days(period.from_day, period.to_day, world):
        totals = one.totals
        yield (
            one.day,
            "yes" if one.closed else "no",
            totals.entries,
            totals.cents.get(PAYBILL_FLOAT, 0),
            -totals.energy_wh.get(ENERGY_SOLD, 0),
            totals.energy_wh.get(ENERGY_DELIVERED, 0),
            *(
                -_sum(totals, account)
                for account in (REVENUE, FIXED_CHARGES, REMAINDER, VAT, LEVIES, SUSPENSE, REFUNDS)
            ),
        )


def _ledger_rows(period: Period, world: World) -> Iterator[Row]:
    yield LEDGER_HEADINGS
    rows = 0
    for one in days(period.from_day, period.to_day, world):
        for row in _rows_of(one.day, world):
            if rows == MAX_ROWS:
                yield ("more", f"only the first {MAX_ROWS} rows are shown; ask for fewer days")
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
                    day,
                    entry.entry_id,
                    entry.kind.value,
                    entry.at_ms,
                    entry.transaction_id or "",
                    entry.receipt or "",
                    account,
                    entry.cents.get(account, 0),
                    entry.energy_wh.get(account, 0),
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


def _day(value: object, field: str) -> date:
    shape: Sequence[str] = value.split("-") if isinstance(value, str) else ()
    try:
        if [len(part) for part in shape] != [4, 2, 2]:
            raise ValueError
        return date.fromisoformat(str(value))
    except ValueError:
        raise InvalidInputError(
            "invalid_day", f"{field} must be a day such as 2026-11-21", field=field
        ) from None


def _check_staff(caller: Caller) -> None:
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may read reports")
