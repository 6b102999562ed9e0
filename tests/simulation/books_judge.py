"""The books against M-Pesa's own: what came, what left, and the energy that was sold for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.fakes.memory_record import MemoryRecord
from tests.fakes.memory_store import MemoryStore
from tests.simulation.mpesa import Mpesa
from tests.simulation.mpesa_out import MpesaOut

FLOAT = "paybill_float"
ENERGY_SOLD = "energy_sold"
SOLD = ("queued", "delivered", "withdrawn")


def books_violations(
    record: MemoryRecord, store: MemoryStore, mpesa: Mpesa, out: MpesaOut
) -> Iterator[str]:
    """Every entry balances; the float is what M-Pesa holds of the money that we know of."""
    cents: Counter[str] = Counter()
    energy_wh: Counter[str] = Counter()
    for entry in record.entries.values():
        cents.update(entry.cents)
        energy_wh.update(entry.energy_wh)
    if sum(cents.values()) or sum(energy_wh.values()):
        yield f"the books are off by {sum(cents.values())} cents, {sum(energy_wh.values())} Wh"
    yield from _received(record, store, mpesa)
    held_cents = sum(
        int(float(row.amount) * 100)
        for row in mpesa.ledger
        if f"{row.receipt}_received" in record.entries
    ) - 100 * sum(
        out.paid_kes(refund.refund_id)
        for refund in store.refunds.values()
        if refund.status == "refunded"
    )
    if cents[FLOAT] != held_cents:
        yield f"{cents[FLOAT]} cents on the float, M-Pesa holds {held_cents}"
    sold_wh = sum(
        payment.quote.energy_wh - payment.delivery.withdrawn_wh
        for payment in store.payments.values()
        if payment.delivery.status in SOLD
    )
    if energy_wh[ENERGY_SOLD] != -sold_wh:
        yield f"{-energy_wh[ENERGY_SOLD]} Wh sold in the books, {sold_wh} by the payments"


def _received(record: MemoryRecord, store: MemoryStore, mpesa: Mpesa) -> Iterator[str]:
    came = {f"{row.receipt}_received" for row in mpesa.ledger}
    for entry_id in record.entries:
        if entry_id.endswith("_received") and entry_id not in came:
            yield f"{entry_id} is on the books, and never came"
    for payment in store.payments.values():
        credited = payment.delivery.status in SOLD and payment.mpesa_receipt is not None
        if credited and f"{payment.mpesa_receipt}_received" not in record.entries:
            yield f"{payment.mpesa_receipt} was credited and is not on the books"
    for receipt, item in store.suspense.items():
        if item.amount_kes and f"{receipt}_received" not in record.entries:
            yield f"{receipt} is in suspense and not on the books"
