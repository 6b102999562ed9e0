"""Watches every write while it happens: what must never be true, not even for a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lipamita.domain.payment import Payment
from lipamita.domain.recharge import MeterRegister

from tests.fakes.memory_store import MemoryStore
from tests.simulation.prices import PriceList, energy_bought_wh

LOWER_THAN_PAID = ("created", "prompted", "failed", "expired", "review")
DELIVERY_RANK = {"none": 0, "queued": 1, "delivered": 2}
CLOCK_OFF_AT_MOST_MS = 21_000
MONTHS_OWED_AT_MOST = 3
PRICE_READ_AT_MOST_MS = 600_000  # before the payment was written; a process lives no longer


class Monitor:
    """Shadows payments and registers, and compares each write with what stood before."""

    def __init__(self, store: MemoryStore, prices: PriceList, start_ms: int) -> None:
        self.violations: list[str] = []
        self.refused_to: dict[str, bool] = {}
        self._store = store
        self._prices = [(start_ms, prices)]
        self._payments: dict[str, Payment] = {}
        self._refunded: set[str] = set()
        self._registers: dict[str, MeterRegister] = {}

    @property
    def charges_cents(self) -> list[int]:
        """What a month cost, in turn."""
        return [prices.charge_cents for _, prices in self._prices]

    def price_changed(self, prices: PriceList, now_ms: int) -> None:
        self._prices.append((now_ms, prices))

    def wrote(self, path: str, now_ms: int) -> None:
        """Look at what was written there."""
        kind, _, key = path.partition("/")
        if kind == "transactions":
            self._payment(self._store.payments[key], now_ms)  # type: ignore[index]
        elif kind == "registers":
            self._register(key, self._store.registers[key], now_ms)  # type: ignore[index]
        elif kind == "refunds":
            self._refund(key, self._store.refunds[key].status)  # type: ignore[index]

    def describe(self, path: str, now_ms: int) -> str:
        """The state written there, for the trace."""
        kind, _, key = path.partition("/")
        if kind == "transactions":
            payment = self._store.payments[key]  # type: ignore[index]
            due_ms = payment.next_check_at_ms
            due = "not due" if due_ms is None else f"due in {(due_ms - now_ms) / 1000:.0f} s"
            return (
                f"{payment.channel} {payment.amount_kes} for {payment.meter_id}: {payment.status}, "
                f"{payment.delivery.status}, receipt {payment.mpesa_receipt}, {due}, "
                f"{payment.reason}"
            )
        if kind == "registers":
            register = self._store.registers[key]  # type: ignore[index]
            return (
                f"{register.credited_total_wh} Wh sold in {register.sequence} entries, "
                f"{register.withdrawn_total_wh} Wh taken back"
            )
        if kind == "refunds":
            refund = self._store.refunds[key]  # type: ignore[index]
            return (
                f"{refund.method} of {refund.amount_kes} from {refund.money_from}: "
                f"{refund.status}, attempt {refund.attempt}, {refund.reason}"
            )
        return ""

    def _payment(self, new: Payment, now_ms: int) -> None:
        old = self._payments.get(new.transaction_id)
        self._payments[new.transaction_id] = new
        if old is None:
            self._check_price(new, now_ms)
            return
        if old.status == "paid" and new.status in LOWER_THAN_PAID:
            self._violated(new, f"paid was lowered to {new.status}")
        if old.paid_unverified_at_ms is not None and new.status == "failed" != old.status:
            self._violated(new, "a query's paid was lowered to failed")
        ranks = [DELIVERY_RANK.get(one.delivery.status, -1) for one in (old, new)]
        if ranks[1] < ranks[0] and ranks[1] >= 0:
            self._violated(new, f"delivery fell from {old.delivery.status}")
        decided = (old.status, new.status) == ("review", "paid")  # by an operator
        frozen = (new.quote, new.amount_kes, new.meter_id)
        if (old.quote, old.amount_kes, old.meter_id) != frozen and not decided:
            self._violated(new, "the frozen quote, amount or meter changed")
        if old.mpesa_receipt not in (None, new.mpesa_receipt) and not decided:
            self._violated(new, f"receipt {old.mpesa_receipt} became {new.mpesa_receipt}")

    def _check_price(self, payment: Payment, now_ms: int) -> None:
        quote = payment.quote
        since_ms = now_ms - PRICE_READ_AT_MOST_MS
        possible = [
            prices
            for index, (_, prices) in enumerate(self._prices)
            if index + 1 == len(self._prices) or self._prices[index + 1][0] >= since_ms
        ]
        for_energy_cents = payment.amount_kes * 100 - quote.charge_cents
        owed_cents = MONTHS_OWED_AT_MOST * max(prices.charge_cents for prices in possible)
        if not 0 <= quote.charge_cents <= min(owed_cents, payment.amount_kes * 100):
            self._violated(payment, f"{quote.charge_cents} cents of charge, {owed_cents} owed")
        expected = [
            energy_bought_wh(prices, for_energy_cents, quote.month_wh_before) for prices in possible
        ]
        if quote.energy_wh not in expected:
            self._violated(payment, f"{quote.energy_wh} Wh were quoted, not one of {expected}")
        cents = sum(line.amount_cents for line in quote.lines)
        if cents != payment.amount_kes * 100:
            self._violated(payment, f"the lines add up to {cents} cents")

    def _register(self, meter_id: str, new: MeterRegister, now_ms: int) -> None:
        old = self._registers.get(meter_id)
        self._registers[meter_id] = new
        if new.withdrawn_total_wh > new.credited_total_wh:
            self.violations.append(f"register of {meter_id}: more taken back than was sold")
        before_wh, before_sequence = (old.credited_total_wh, old.sequence) if old else (0, 0)
        month = f"{datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(hours=3):%Y-%m}"
        if new.sequence == before_sequence:
            if new.credited_total_wh != before_wh:
                self.violations.append(f"register of {meter_id}: energy without a sequence")
            return
        newest = max(new.entries.values(), key=lambda entry: entry.sequence)
        in_month_wh = old.month_wh if old and old.month == new.month else 0
        facts = {
            "sequence not dense": new.sequence != before_sequence + 1,
            "entry not the newest": newest.sequence != new.sequence,
            "total is no sum": new.credited_total_wh != before_wh + newest.energy_wh,
            "entry total differs": newest.credited_total_wh != new.credited_total_wh,
            "month total is no sum": new.month_wh != in_month_wh + newest.energy_wh,
            "wrong month": new.month != month and not _near_midnight(now_ms),
        }
        self.violations += [f"register of {meter_id}: {what}" for what, bad in facts.items() if bad]

    def _refund(self, refund_id: str, status: str) -> None:
        if status == "refunded":
            self._refunded.add(refund_id)
        elif refund_id in self._refunded:
            self.violations.append(f"refund {refund_id}: refunded was lowered to {status}")

    def _violated(self, payment: Payment, what: str) -> None:
        self.violations.append(f"{payment.transaction_id}: {what}")


def _near_midnight(now_ms: int) -> bool:
    """A process that read its clock just before may write just after, and clocks are off."""
    into_day_ms = (now_ms + 3 * 3_600_000) % 86_400_000
    return into_day_ms < PRICE_READ_AT_MOST_MS or into_day_ms > 86_400_000 - CLOCK_OFF_AT_MOST_MS
