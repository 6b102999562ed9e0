"""Ask M-PESA about a receipt that we know nothing of, and take its answer in.

The right to ask is taken by compare-and-set, so that parallel callers ask once. Money that came
in to us is recorded as a confirmation before the inquiry says so: the answer comes only once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lipamita.domain.confirmation import STATUS
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError, RateLimitedError
from lipamita.domain.ids import Receipt, path_key
from lipamita.domain.inquiry import (
    MAX_ATTEMPTS,
    Inquiry,
    InquiryStatus,
    ReceiptTold,
    ask_again_in_ms,
    meaning,
    told,
)
from lipamita.domain.meter import Caller
from lipamita.domain.money_out import StatusQuestion
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.records import RawCallback, RawConfirmation
from lipamita.use_cases.refund_ports import MoneyOut
from lipamita.use_cases.view_receipt import Place, ReceiptView, view_receipt
from lipamita.use_cases.world import World

REMARKS = "Payment of a customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who wants to know about which receipt, and why."""

    receipt: Receipt
    why: str
    caller: Caller


def ask_receipt(question: Question, world: World) -> ReceiptView:
    """Where the receipt stands; M-PESA is asked if nobody knows it.

    Raises ForbiddenError (staff_only), ConflictError (initiator_not_configured, asked_too_often),
    RateLimitedError while the last answer may still come, and BusyError.
    """
    if not question.caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
    known = view_receipt(question.receipt, world)
    if known.place is not Place.UNKNOWN:
        return known
    money_out = _configured(world)
    mine = _take_turn(question, world)
    status = StatusQuestion(
        receipt=mine.receipt,
        remarks=REMARKS,
        result_url=_url("result", mine, world),
        timeout_url=_url("timeout", mine, world),
    )
    if not money_out.ask_status(status):
        _change(
            mine.receipt,
            world,
            lambda current: _not_taken(current, mine),
        )
    return view_receipt(question.receipt, world)


def record_receipt_result(
    receipt: Receipt, attempt: int, answer: ReceiptTold, raw: RawCallback, world: World
) -> None:
    """What M-PESA told on the secret path of this attempt."""
    world.log.inquiry_answered(receipt, raw)
    is_ours = world.merchants.is_ours(answer.paid_code)
    if meaning(answer, receipt, is_ours=is_ours) is InquiryStatus.PAID_TO_US:
        confirmation = RawConfirmation(
            confirmation_id=receipt,
            channel=STATUS,
            body=raw.body,
            received_at_ms=raw.received_at_ms,
            remote_address=raw.remote_address,
        )
        world.store.record_confirmation(confirmation)  # create if absent by receipt
        world.log.confirmation_recorded(confirmation)
    _change(
        receipt,
        world,
        lambda current: told(current, answer, attempt=attempt, is_ours=is_ours),
    )


def receipt_label(receipt: Receipt, attempt: int) -> str:
    """What stands in the path of its results, and what their key is made of."""
    return f"receipt-{attempt}-{receipt}"


def _take_turn(question: Question, world: World) -> Inquiry:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old, now_ms = world.store.read_inquiry(question.receipt), world.clock()
        wait_ms = ask_again_in_ms(old.value, now_ms=now_ms)
        if wait_ms:
            raise RateLimitedError(
                "rate_limited",
                "M-PESA was asked about it a moment ago; wait for its answer",
                retry_after_ms=wait_ms,
            )
        attempt = 1 if old.value is None else old.value.attempt + 1
        if attempt > MAX_ATTEMPTS:
            raise ConflictError(
                "asked_too_often",
                f"M-PESA was asked {MAX_ATTEMPTS} times; look at the M-PESA statement",
                field="receipt",
            )
        mine = Inquiry(
            receipt=question.receipt,
            attempt=attempt,
            asked_by=question.caller.uid,
            why=question.why,
            asked_at_ms=now_ms,
        )
        if world.store.replace_inquiry(old, mine):
            return mine
    raise BusyError("busy", f"inquiry {question.receipt} is being changed; try again")


def _not_taken(current: Inquiry, mine: Inquiry) -> Inquiry:
    """Unless somebody has asked again, or an answer came although none was promised."""
    return replace(current, status=InquiryStatus.NOT_TAKEN) if current == mine else current


def _change(receipt: Receipt, world: World, decide: Callable[[Inquiry], Inquiry]) -> None:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_inquiry(receipt)
        if old.value is None:
            return  # pruned long ago: the confirmation, if any, is what counts
        new = decide(old.value)
        if new == old.value or world.store.replace_inquiry(old, new):
            return
    raise BusyError("busy", f"inquiry {receipt} is being changed; try again")


def _url(path: str, inquiry: Inquiry, world: World) -> str:
    label = receipt_label(inquiry.receipt, inquiry.attempt)
    key = path_key(world.callback_secret, label)
    return f"{world.public_base_url}/daraja/{path}/{label}/{key}"


def _configured(world: World) -> MoneyOut:
    if world.money_out is None:
        raise ConflictError(
            "initiator_not_configured",
            "no M-PESA initiator is set up to ask by; see operations",
        )
    return world.money_out
