"""Monthly charges, judged meter by meter: no month is charged twice, and no cent of it is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from lipamita.domain.ids import MeterId

from tests.fakes.memory_store import MemoryStore

SOLD = ("queued", "delivered", "withdrawn")


def charge_violations(
    store: MemoryStore, meter_ids: Iterable[str], charges_cents: Collection[int]
) -> Iterator[str]:
    """What was taken for charges is the price of some of the months from the first sale to the
    last, of each once; what was taken beyond that is kept for the months to come.
    ``charges_cents``: what a month cost in turn, VAT included.
    """
    for meter_id in meter_ids:
        quotes = [
            payment.quote
            for payment in store.payments.values()
            if payment.meter_id == meter_id and payment.delivery.status in SOLD
        ]
        register = store.registers.get(MeterId(meter_id))
        if register is None or not quotes:
            continue
        kept_cents = register.charges.overpaid_cents
        taken_cents = sum(quote.charge_cents for quote in quotes)
        months = [_number(quote.month) for quote in quotes]
        most_cents = (max(months) - min(months) + 1) * max(charges_cents)
        least_cents = min(*charges_cents, sum(quote.amount_kes for quote in quotes) * 100)
        if kept_cents < 0:
            yield f"{meter_id}: {kept_cents} cents of charges are kept"
        # What is kept may wait for the next sale, though a month still lacks some of it.
        used_cents = taken_cents - kept_cents
        if taken_cents < least_cents or not 0 <= used_cents <= most_cents:
            yield (
                f"{meter_id}: {taken_cents} cents of charges were taken and {kept_cents} kept, "
                f"a month is {charges_cents}, sales are from {min(months)} to {max(months)}"
            )


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number)
