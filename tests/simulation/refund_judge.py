"""Money that went back, judged from M-Pesa's books of what left and from the meters' totals.

Of each receipt no more goes back than it brought; money is credited or refunded, never both; for
every refund of credited money the meter gave energy back that was worth as much, and kept the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lipamita.domain.payment import Payment
from lipamita.domain.refund import Refund
from lipamita.domain.work_queue import FIRST_PLACE, WorkQueue

from tests.fakes.memory_store import MemoryStore
from tests.simulation.meter import SimulatedMeter
from tests.simulation.mpesa import Mpesa, Row
from tests.simulation.mpesa_out import MpesaOut
from tests.simulation.plan import MAX_REFUNDS
from tests.simulation.tuya import VendedMeter

WAITS_FOR_PEOPLE = ("review",)
OVER = ("refunded", "failed")
ENERGY_IS_BACK = ("withdrawn", "sending", "sent", "unknown", "refunded", "review")
CREDITED = "payment"  # where the money of a refund stood


@dataclass
class RefundJudge:
    """What is needed to judge the refunds of one run."""

    mpesa: Mpesa
    out: MpesaOut
    store: MemoryStore
    meters: Mapping[str, SimulatedMeter | VendedMeter]

    def violations(self) -> Iterator[str]:
        for row in self.mpesa.ledger:
            yield from self._receipt(row)
        for refund in self.store.refunds.values():
            yield from self._refund(refund)
        yield from self._queue()
        for payment in self.store.payments.values():
            yield from self._payment(payment)
        for meter_id in self.meters:
            yield from self._meter(meter_id)

    def outcomes(self) -> Iterator[str]:
        for refund in self.store.refunds.values():
            yield f"refund {refund.status} of {refund.money_from}"

    def goes_back(self, receipt: str) -> list[Refund]:
        """Refunds of that money which never was credited, unless they came to nothing."""
        return [
            refund
            for refund in self.store.refunds.values()
            if refund.receipt == receipt
            and refund.money_from != CREDITED
            and refund.status not in ("failed", "waiting_for_second_person", "requested")
        ]

    def paid_out_kes(self) -> int:
        return sum(request.amount_kes for request in self.out.requests if request.is_paid)

    def _receipt(self, row: Row) -> Iterator[str]:
        mine = [one for one in self.store.refunds.values() if one.receipt == row.receipt]
        left_kes = sum(self.out.paid_kes(refund.refund_id) for refund in mine)
        if left_kes > float(row.amount):
            yield f"{row.receipt} brought {row.amount}, {left_kes} went back"
        back = self.goes_back(row.receipt)
        if len(back) > 1:
            yield f"{row.receipt} goes back {len(back)} times"
        if back and left_kes and left_kes != row.amount_kes:
            yield f"{row.receipt} was never credited, {left_kes} of {row.amount} went back"

    def _refund(self, refund: Refund) -> Iterator[str]:
        left_kes, name = self.out.paid_kes(refund.refund_id), refund.refund_id
        wanted_kes = refund.amount_kes if refund.status == "refunded" else 0
        if refund.status in OVER and left_kes != wanted_kes:
            yield f"refund {name} is {refund.status}, {left_kes} of {refund.amount_kes} left"
        if left_kes > refund.amount_kes:
            yield f"refund {name} of {refund.amount_kes} sent {left_kes}"
        if refund.status not in (*OVER, *WAITS_FOR_PEOPLE):
            yield f"refund {name} is still {refund.status}"
        if refund.has_unseen_result:
            yield f"refund {name} was told something that nobody looked at"
        if refund.next_check_at_ms is not None:
            yield f"refund {name} is due for ever, {refund.status}"
        if refund.status in OVER and refund.refund_id in self.store.payees:
            yield f"refund {name} is over and its payee's number is kept"

    def _queue(self) -> Iterator[str]:
        places = self.store.waiting(WorkQueue.REFUNDS, from_place=FIRST_PLACE, limit=MAX_REFUNDS)
        listed = {key for _, key in places}
        for name, refund in self.store.refunds.items():
            if (name in listed) != (refund.status not in OVER):
                where = "in" if name in listed else "in no"
                yield f"refund {name} is {refund.status}, and {where} queue"

    def _payment(self, payment: Payment) -> Iterator[str]:
        name = payment.transaction_id
        mine = [one for one in self.store.refunds.values() if one.transaction_id == name]
        paid = [one for one in mine if one.status == "refunded"]
        given_kes = sum(one.amount_kes for one in paid if one.money_from == CREDITED)
        held = [
            one for one in mine if one.status not in OVER and one.refund_id == payment.refund_id
        ]
        if payment.status == "refunding" and not held:
            yield f"{name} is refunding, and no refund holds it"
        if payment.status == "refunded" and not paid:
            yield f"{name} is refunded, and nothing went back"
        if given_kes and payment.refunded_kes != given_kes:
            yield f"{name}: {given_kes} went back, {payment.refunded_kes} say the payment"
        quote = payment.quote
        energy_wh = sum(one.energy_wh for one in paid if one.money_from == CREDITED)
        payable_cents = quote.amount_kes * 100 - quote.charge_cents
        if given_kes * 100 * quote.energy_wh > energy_wh * payable_cents:
            yield f"{name}: {given_kes} went back for {energy_wh} of {quote.energy_wh} Wh"
        all_back = bool(given_kes) and energy_wh == quote.energy_wh
        if all_back != (payment.delivery.status == "withdrawn"):
            yield f"{name}: {energy_wh} of {quote.energy_wh} Wh are back, {payment.delivery.status}"

    def _meter(self, meter_id: str) -> Iterator[str]:
        register = self.store.registers.get(meter_id)  # type: ignore[call-overload]
        total_wh = register.withdrawn_total_wh if register else 0
        back_wh = sum(
            refund.energy_wh
            for refund in self.store.refunds.values()
            if refund.meter_id == meter_id
            and (refund.status in ENERGY_IS_BACK or self.out.paid_kes(refund.refund_id))
        )
        if total_wh != back_wh:
            yield f"{meter_id}: {total_wh} Wh withdrawn in its register, {back_wh} by refunds"
        if self.meters[meter_id].kept.withdrawn_wh != total_wh:
            yield f"{meter_id} gave {self.meters[meter_id].kept.withdrawn_wh} Wh of {total_wh} back"
