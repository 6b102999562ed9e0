"""The monthly fixed charge: what a meter owes, and what one sale pays of it.

A purchase pays the charge first. A quote reserves nothing: it names the money that would go to the
charge, and the charge counts when the energy is sold. If another sale has paid the month by then,
that money is kept as ``overpaid_cents`` and lowers what the next quote asks for. So no month is
charged twice and no cent is lost, whatever the order of the sales.

A meter owes nothing for months before its first sale, and never more than MAX_MONTHS_OWED months
at once: older ones are waived, so that a house that stood empty can be lived in again.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.units import Cents

MAX_MONTHS_OWED = 3  # the current month and two that were skipped
_MONTHS_OF_YEAR = 12
_PERCENT = 100
NO_CENTS = Cents(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeAccount:
    """How a meter stands with its charge. Months are ``yyyy-mm`` in East Africa time.

    ``next_month`` is the first that is not paid in full, of which ``paid_cents`` are paid; empty
    until a charge was ever paid. ``overpaid_cents`` was paid for months that others had paid.
    """

    next_month: str = ""
    paid_cents: Cents = NO_CENTS
    overpaid_cents: Cents = NO_CENTS


NO_CHARGES = ChargeAccount()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """The months from ``first_month`` on that are owed, and what is left to pay of them."""

    first_month: str
    months: int
    paid_cents: int
    due_cents: Cents


def with_vat(charge_cents: Cents, vat_percent: int) -> Cents:
    """The monthly charge with its VAT, rounded down to the cent."""
    return Cents(charge_cents + charge_cents * vat_percent // _PERCENT)


def vat_within(paid_cents: Cents, vat_percent: int) -> Cents:
    """The VAT in a part of the charge that includes it, rounded down to the cent."""
    return Cents(paid_cents * vat_percent // (_PERCENT + vat_percent))


def owed(account: ChargeAccount, *, month: str, monthly_cents: Cents) -> Owed:
    """What the meter owes up to and with that month, before what it overpaid is counted."""
    oldest = _month_after(month, 1 - MAX_MONTHS_OWED)
    first = max(account.next_month or month, oldest)
    months = max(0, _index(month) - _index(first) + 1) if monthly_cents else 0
    paid = account.paid_cents if first == account.next_month else 0
    due = max(0, months * monthly_cents - paid) if months else 0
    return Owed(first_month=first, months=months, paid_cents=paid, due_cents=Cents(due))


def charge_to_quote(
    account: ChargeAccount, *, month: str, monthly_cents: Cents, amount_cents: Cents
) -> Cents:
    """How much of that amount goes to the charge, VAT included."""
    due = owed(account, month=month, monthly_cents=monthly_cents).due_cents
    return Cents(max(0, min(due - account.overpaid_cents, amount_cents)))


def pay_charge(
    account: ChargeAccount, *, month: str, monthly_cents: Cents, paid_cents: Cents
) -> ChargeAccount:
    """The account after a sale whose quote of that month gave ``paid_cents`` to the charge.

    What the months still lack is taken from ``paid_cents`` first, then from what was overpaid.
    """
    debt = owed(account, month=month, monthly_cents=monthly_cents)
    if not debt.months:
        return _nothing_owed(account, month, monthly_cents, paid_cents)
    from_sale = min(paid_cents, debt.due_cents)
    from_overpaid = min(account.overpaid_cents, debt.due_cents - from_sale)
    towards = debt.paid_cents + from_sale + from_overpaid
    full = min(towards // monthly_cents, debt.months)
    rest = towards - full * monthly_cents
    settled = full == debt.months  # then a rest comes from a charge that was lowered
    return ChargeAccount(
        next_month=_month_after(debt.first_month, full),
        paid_cents=Cents(0 if settled else rest),
        overpaid_cents=Cents(
            account.overpaid_cents
            - from_overpaid
            + (paid_cents - from_sale)
            + (rest if settled else 0)
        ),
    )


def start_afresh(account: ChargeAccount, *, month: str) -> ChargeAccount:
    """The account when somebody new moves in: no months before this one are owed."""
    if account.next_month == "" or account.next_month >= month:
        return account
    return ChargeAccount(next_month=month, overpaid_cents=account.overpaid_cents)


def months_text(debt: Owed) -> str:
    """The months as people read them: ``2026-11`` or ``2026-09 to 2026-11``."""
    if debt.months <= 1:
        return debt.first_month
    return f"{debt.first_month} to {_month_after(debt.first_month, debt.months - 1)}"


def _nothing_owed(
    account: ChargeAccount, month: str, monthly_cents: Cents, paid_cents: Cents
) -> ChargeAccount:
    """All that was meant for the charge is overpaid. Months without a charge are never owed."""
    kept = account if monthly_cents else start_afresh(account, month=month)
    return ChargeAccount(
        next_month=kept.next_month,
        paid_cents=kept.paid_cents,
        overpaid_cents=Cents(kept.overpaid_cents + paid_cents),
    )


def _index(month: str) -> int:
    year, number = month.split("-")
    return int(year) * _MONTHS_OF_YEAR + int(number) - 1


def _month_after(month: str, count: int) -> str:
    year, number = divmod(_index(month) + count, _MONTHS_OF_YEAR)
    return f"{year:04d}-{number + 1:02d}"
