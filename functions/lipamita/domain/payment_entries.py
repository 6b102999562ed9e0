"""What the books say of a payment: its money came, it was sold, it was delivered.

VAT and levies are owed from the sale on, because payment is the tax point; revenue is earned when
the meter has taken the energy. Until then the rest is the customer's prepayment.
"""

from __future__ import annotations

from lipamita.domain.adjustment import Adjustment, adjusted, is_adjustment
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import (
    BOOKING_REVENUE,
    ENERGY_DELIVERED,
    ENERGY_OWED,
    ENERGY_SOLD,
    FIXED_CHARGES,
    LEVIES,
    MAX_ACCOUNT,
    PARKING_REVENUE,
    PAYBILL_FLOAT,
    PREPAYMENTS,
    REMAINDER,
    REVENUE,
    SUSPENSE,
    VAT,
    Entry,
    EntryKind,
    lines,
)
from lipamita.domain.payment import DeliveryStatus, Payment
from lipamita.domain.tariff import CENTS_PER_KES, LineKind, Quote, QuoteLine
from lipamita.domain.units import Kes, Millis

_PLACE_REVENUE = {LineKind.BOOKING: BOOKING_REVENUE, LineKind.PARKING: PARKING_REVENUE}


def entries_of_payment(payment: Payment) -> tuple[Entry, ...]:
    """Everything the books say of it so far; none while no money is established.

    The money of a twin is another payment's.
    """
    if payment.paid_at_ms is None or payment.delivery.status is DeliveryStatus.TWIN:
        return ()
    if is_adjustment(payment.product):
        return _adjusted(payment)
    entries = [sold(payment, at_ms=payment.paid_at_ms)] if _is_sold(payment) else []
    if payment.mpesa_receipt is not None:
        entries.insert(
            0,
            received(
                payment.mpesa_receipt,
                payment.amount_kes,
                at_ms=payment.paid_at_ms,
                transaction_id=payment.transaction_id,
            ),
        )
    if payment.delivery.delivered_at_ms is not None or (
        payment.delivery.status is DeliveryStatus.WITHDRAWN
    ):
        entries.append(delivered(payment))
    return tuple(entries)


def _adjusted(payment: Payment) -> tuple[Entry, ...]:
    """Energy without money, once the meter has it, or has given it back."""
    at_ms, energy_wh = payment.delivery.delivered_at_ms, payment.quote.energy_wh
    if at_ms is None:
        return ()
    sign = 1 if payment.product == Adjustment.GIVEN else -1
    at_ms = Millis(max(min(at_ms, payment.updated_at_ms), payment.paid_at_ms or 0))
    return (adjusted(payment.transaction_id, sign * energy_wh, at_ms=at_ms),)


def _is_sold(payment: Payment) -> bool:
    """Money for a place is nobody's until the place is given: it may have to go back."""
    return payment.order is None or payment.delivery.status is not DeliveryStatus.NONE


def received(
    receipt: Receipt,
    amount_kes: Kes,
    *,
    at_ms: Millis,
    transaction_id: TransactionId | None = None,
) -> Entry:
    """Money came into the PayBill; whose it is, is another entry's matter."""
    amount_cents = amount_kes * CENTS_PER_KES
    return Entry(
        entry_id=f"{receipt}_received",
        kind=EntryKind.RECEIVED,
        at_ms=at_ms,
        cents=lines([(PAYBILL_FLOAT, amount_cents), (SUSPENSE, -amount_cents)]),
        transaction_id=transaction_id,
        receipt=receipt,
    )


def corrected(standing: Entry, wanted: Entry) -> Entry | None:
    """What the standing entry lacks to say what it should; None if it says it."""
    difference = lines(
        [*wanted.cents.items(), *((account, -cents) for account, cents in standing.cents.items())]
    )
    if not difference:
        return None
    return Entry(
        entry_id=f"{wanted.receipt}_corrected",
        kind=EntryKind.CORRECTED,
        at_ms=wanted.at_ms,
        cents=difference,
        transaction_id=wanted.transaction_id,
        receipt=wanted.receipt,
    )


def sold(payment: Payment, *, at_ms: Millis) -> Entry:
    """The money is this payment's: taxes are owed, the rest is the customer's until delivery."""
    quote = payment.quote
    return Entry(
        entry_id=f"{payment.transaction_id}_sold",
        kind=EntryKind.SOLD,
        at_ms=at_ms,
        cents=lines(
            [
                (SUSPENSE, payment.amount_kes * CENTS_PER_KES),
                *((_account_of_sale(line), -line.amount_cents) for line in quote.lines),
            ]
        ),
        energy_wh=lines([(ENERGY_OWED, quote.energy_wh), (ENERGY_SOLD, -quote.energy_wh)]),
        transaction_id=payment.transaction_id,
    )


def delivered(payment: Payment) -> Entry:
    """The meter has the energy, or gave it back: what was prepaid is settled, line by line."""
    quote = payment.quote
    earned = [
        (_account_of_revenue(quote, line), -line.amount_cents)
        for line in quote.lines
        if _account_of_sale(line) == PREPAYMENTS
    ]
    at_ms = min(payment.delivery.delivered_at_ms or payment.updated_at_ms, payment.updated_at_ms)
    return Entry(
        entry_id=f"{payment.transaction_id}_delivered",
        kind=EntryKind.DELIVERED,
        at_ms=Millis(max(at_ms, payment.paid_at_ms or 0)),  # a meter's clock may be wrong
        cents=lines([*earned, (PREPAYMENTS, -sum(cents for _, cents in earned))]),
        energy_wh=lines([(ENERGY_DELIVERED, quote.energy_wh), (ENERGY_OWED, -quote.energy_wh)]),
        transaction_id=payment.transaction_id,
    )


def _account_of_sale(line: QuoteLine) -> str:
    if line.kind is LineKind.VAT:
        return VAT
    if line.kind is LineKind.LEVY:
        return f"{LEVIES}:{line.label}"[:MAX_ACCOUNT]
    return PREPAYMENTS


def _account_of_revenue(quote: Quote, line: QuoteLine) -> str:
    if line.kind is LineKind.FIXED_CHARGE:
        return FIXED_CHARGES
    if line.kind is LineKind.REMAINDER:
        return REMAINDER
    if line.kind in _PLACE_REVENUE:
        return f"{_PLACE_REVENUE[line.kind]}:{quote.tariff_id}"[:MAX_ACCOUNT]
    return f"{REVENUE}:{quote.tariff_id}:{line.label}"[:MAX_ACCOUNT]
