"""The invariant, judged at the end of a run from M-Pesa's ledger and the meters' own totals.

For each receipt exactly one holds: credited once, or waiting where a person sees it. Nothing is
credited that nobody paid. What the meters applied is what was sold and acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lipamita.domain.payment import Payment

from tests.fakes.memory_store import MemoryStore
from tests.simulation.meter import SimulatedMeter
from tests.simulation.mpesa import Mpesa, Prompt, Row
from tests.simulation.plan import ByHand
from tests.simulation.refund_judge import RefundJudge
from tests.simulation.tuya import VendedMeter

CREDITED = ("queued", "delivered", "withdrawn")  # the last: and given back since
# Reviews that only show a contradiction. What was credited has the ledger's amount: see below.
BESIDE = (
    "callback_mismatch",
    "told_on_another_path",
    "receipt_claimed_elsewhere",
    "amount_differs",
)
ASKED_ALL_DAY = 12  # queries: the pauses between them grow to an hour
UNNAMED = "a review that names no receipt"


@dataclass
class Judge:
    """What is needed to judge one run."""

    mpesa: Mpesa
    store: MemoryStore
    meters: Mapping[str, SimulatedMeter | VendedMeter]
    by_hand: Mapping[str, ByHand]
    transaction_of: Mapping[str, str]  # path of a push -> transaction
    accepted: Mapping[str, Sequence[str]]  # transaction -> callbacks that were answered 200
    refunds: RefundJudge

    def violations(self) -> list[str]:
        credited = self._credited()
        return [
            *self._receipts(credited),
            *self._credits(credited),
            *self._work_left(),
            *self._sold(credited),
            *self.refunds.violations(),
        ]

    def _credited(self) -> list[Payment]:
        return [p for p in self.store.payments.values() if p.delivery.status in CREDITED]

    def outcomes(self) -> Iterator[str]:
        """Where each payment and confirmation ended, to be counted."""
        for payment in self.store.payments.values():
            twin = payment.delivery.status == "twin"
            yield "twin" if twin else f"{payment.channel} {payment.status}"
        for transaction_id in self.store.reviews:
            yield "review, decided" if transaction_id in self.store.decided else "review, open"
        held_by = self._held(self._credited())
        for row in self.mpesa.ledger:
            if held_by[row.receipt] and UNNAMED in self._queues(row):
                yield "credited, and a review without a receipt is left"
        yield from self.refunds.outcomes()
        for key in self.store.suspense:
            yield "suspense, assigned" if self._assigned(key) else "suspense, open"

    def _receipts(self, credited: list[Payment]) -> Iterator[str]:
        held_by = self._held(credited)
        for row in self.mpesa.ledger:
            holders = held_by[row.receipt]
            waiting = list(self._queues(row))
            goes_back = self.refunds.goes_back(row.receipt)
            if holders and goes_back:
                yield f"{row.receipt} of {row.label} was credited, and goes back as well"
            if len(holders) > 1:
                yield f"{row.receipt} of {row.label} was credited {len(holders)} times"
            if holders:
                yield from self._right_credit(row, holders[0])
                known = (*BESIDE, UNNAMED)
                named = [reason for reason in waiting if reason not in known]
                if named and holders[0].mpesa_receipt is not None:
                    yield f"{row.receipt} of {row.label} was credited and waits too: {named}"
            elif not waiting and not goes_back and self._was_told(row):
                yield f"{row.receipt} of {row.label} is neither credited nor waiting"

    def _right_credit(self, row: Row, payment: Payment) -> Iterator[str]:
        if row.prompt is not None and row.prompt.mixed_up:
            return  # nobody could tell; that it was credited once is all that can be asked
        if payment.amount_kes != row.amount_kes:
            yield f"{row.receipt} paid {row.amount}, {payment.amount_kes} was credited"
        meant = self._meter_of(row)
        if payment.meter_id not in meant:
            yield f"{row.receipt} of {row.label} went to {payment.meter_id}, not to {meant}"

    def _credits(self, credited: list[Payment]) -> Iterator[str]:
        paid_for = {
            payment.transaction_id
            for holders in self._held(credited).values()
            for payment in holders
        }
        for payment in credited:
            if payment.transaction_id not in paid_for:
                yield f"{payment.transaction_id} was credited, but nobody paid"
            if payment.delivery.energy_wh != payment.quote.energy_wh:
                yield f"{payment.transaction_id} was not credited at its frozen price"
        for payment in self.store.payments.values():
            if payment.delivery.status == "twin" and not any(
                other.mpesa_receipt == payment.mpesa_receipt for other in credited
            ):
                yield f"{payment.transaction_id} is called a twin of nothing"

    def _work_left(self) -> Iterator[str]:
        for payment in self.store.payments.values():
            if payment.next_check_at_ms is not None and payment.status != "refunding":
                yield f"{payment.transaction_id} is due for ever, {payment.status}"
            if payment.status in ("created", "prompted"):
                yield f"{payment.transaction_id} is still {payment.status}"
            if payment.status == "paid" and payment.delivery.status in ("none", "queued"):
                yield f"{payment.transaction_id} is paid and not delivered"
            if payment.status == "review" and payment.transaction_id not in self.store.reviews:
                yield f"{payment.transaction_id} is in review and in no queue"
        for key, kept in self.store.confirmations.items():
            waits = kept.outcome == "suspense" and not self._assigned(key)
            if kept.next_check_at_ms is not None and not waits:
                yield f"confirmation {key} is due for ever, {kept.outcome}"
            if waits and key not in self.store.suspense:
                yield f"confirmation {key} is in suspense and in no queue"

    def _sold(self, credited: list[Payment]) -> Iterator[str]:
        for meter_id, meter in self.meters.items():
            mine = [payment for payment in credited if payment.meter_id == meter_id]
            sold_wh = sum(payment.quote.energy_wh for payment in mine)
            register = self.store.registers.get(meter_id)  # type: ignore[call-overload]
            total_wh, sequence = (
                (register.credited_total_wh, register.sequence) if register else (0, 0)
            )
            if (total_wh, sequence) != (sold_wh, len(mine)):
                yield f"{meter_id}: {total_wh} Wh in its register, {sold_wh} Wh credited"
            applied_wh = meter.applied_wh(total_wh)
            if applied_wh != total_wh:
                yield f"{meter_id} applied {applied_wh} Wh of {total_wh} sold"
            if meter.refused:
                yield f"{meter_id} refused recharges: {meter.refused}"
            numbers = sorted(payment.delivery.sequence or 0 for payment in mine)
            if numbers != list(range(1, len(mine) + 1)):
                yield f"{meter_id}: sequences {numbers}"

    def _held(self, credited: list[Payment]) -> dict[str, list[Payment]]:
        """Who was credited for each receipt.

        Queries name no receipt. So a payment credited on their word holds its own prompt's money;
        if that receipt was attached to an equal payment, then the money that this one left over.
        """
        held_by: dict[str, list[Payment]] = {row.receipt: [] for row in self.mpesa.ledger}
        for payment in credited:
            if payment.mpesa_receipt in held_by:
                held_by[payment.mpesa_receipt].append(payment)
        for payment in credited:
            if payment.mpesa_receipt is None:
                rows = [
                    row for row in self.mpesa.ledger if row.prompt and self._equal(payment, row)
                ]
                own = [row for row in rows if self._is_own(payment, row)]
                free = [row for row in (*own, *rows) if not held_by[row.receipt]]
                for row in (free or own)[:1]:
                    held_by[row.receipt].append(payment)
        return held_by

    def _equal(self, payment: Payment, row: Row) -> bool:
        return payment.amount_kes == row.amount_kes and payment.meter_id in self._meter_of(row)

    def _is_own(self, payment: Payment, row: Row) -> bool:
        prompt = row.prompt
        return prompt is not None and self.transaction_of[prompt.path] == payment.transaction_id

    def _queues(self, row: Row) -> Iterator[str]:
        """The reasons for which this money is in front of a person."""
        mine = self.transaction_of[row.prompt.path] if row.prompt else None
        for transaction_id, told in self.store.reviews.items():
            if transaction_id in self.store.decided:
                continue
            credited = self.store.payments[transaction_id].delivery.status in CREDITED
            own = self.store.payments[transaction_id].mpesa_receipt if credited else None
            in_review = self.store.payments[transaction_id].status == "review"  # as a whole
            for review in told.values():
                if row.receipt == own:
                    continue  # it waits there for the other money that was told
                if review.receipt == row.receipt:
                    yield review.reason
                elif transaction_id == mine and (review.receipt is None or in_review):
                    yield UNNAMED
        kept = self.store.confirmations.get(row.receipt)
        in_queue = row.receipt in self.store.suspense and not self._assigned(row.receipt)
        if kept and kept.outcome == "suspense" and in_queue:
            yield "suspense"

    def _was_told(self, row: Row) -> bool:
        """Whether we could know of it; a lie or a message that never came excuses us."""
        if row.pulled or any(
            row.receipt in body for body in self.accepted.get("confirmations", ())
        ):
            return True
        if row.prompt is None:
            return False
        transaction_id = self.transaction_of[row.prompt.path]
        if any(row.receipt in body for body in self.accepted.get(transaction_id, ())):
            return True
        payment = self.store.payments.get(transaction_id)  # type: ignore[call-overload]
        if payment is not None and payment.mpesa_receipt is not None:
            return False  # only queries told of it, and other money of the same amount came
        if self._another_was_told(row, transaction_id):
            return False  # the prompt was paid twice, and a query tells of one of the two
        if payment is not None and payment.status == "expired" and self._was_silent(row.prompt):
            return False
        return row is row.prompt.row and not row.prompt.lied_about  # queries tell of one charge

    def _another_was_told(self, row: Row, transaction_id: str) -> bool:
        told = self.accepted.get(transaction_id, ())
        others = [one for one in self.mpesa.ledger if one.prompt is row.prompt and one is not row]
        return any(one.receipt in body for one in others for body in told)

    def _was_silent(self, prompt: Prompt) -> bool:
        """Whether M-Pesa was asked all day and hardly said that it was paid; a statement does.

        A single answer may come to a process that dies before it can write.
        """
        return prompt.queries >= ASKED_ALL_DAY and prompt.paid_answers <= 1

    def _meter_of(self, row: Row) -> set[str]:
        if row.prompt is not None:
            return {m for m in self.meters if m.replace("-", "") == row.prompt.account}
        assigned = self._assigned(row.receipt)
        meant = self.by_hand[row.label].meant
        return {assigned} if assigned else {meant} if meant else set()

    def _assigned(self, key: str) -> str | None:
        item = self.store.suspense.get(key)
        return item.assigned_meter_id if item else None
