"""Send a refund's money, once for each own id, and ask what became of it.

The own id is stored before anything is sent, with chance in it: the one process that finds its
own id stored sends. Whatever happens to the answer, it is not sent again under that id.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import path_key
from lipamita.domain.money_out import (
    Method,
    NotTaken,
    Payout,
    ResultKind,
    Reversal,
    SendAnswer,
    StatusQuestion,
)
from lipamita.domain.refund import Refund, RefundStatus
from lipamita.domain.refund_result import after_sending, begin_sending, may_ask_status
from lipamita.use_cases.change_refund import change_refund
from lipamita.use_cases.refund_ports import MoneyOut
from lipamita.use_cases.world import World

NONCE_BYTES = 4
REMARKS = "Refund of a payment"


def send_money(refund: Refund, world: World) -> Refund:
    """The refund after its money was sent by us, or unchanged if another process does that."""
    money_out = configured(world)
    now_ms, nonce = world.clock(), world.random_bytes(NONCE_BYTES).hex()

    def sending(current: Refund) -> Refund:
        if current.status is not RefundStatus.WITHDRAWN or current.has_unseen_result:
            return current  # it may say that an attempt before was paid: believed first
        return begin_sending(current, nonce=nonce, now_ms=now_ms)

    mine = change_refund(world, refund.refund_id, sending)
    own_id = mine.own_id
    if mine.status is not RefundStatus.SENDING or own_id is None or not own_id.endswith(nonce):
        return mine
    answer = _post(mine, own_id, money_out, world)
    world.log.refund_sent(mine, answer)
    answered_ms = world.clock()
    return change_refund(
        world,
        refund.refund_id,
        lambda current: after_sending(current, answer, own_id=own_id, now_ms=answered_ms),
    )


def ask_status(refund: Refund, world: World) -> Refund:
    """The refund, after asking Daraja about it if it is time; the answer comes as a result.

    The right to ask is taken by compare-and-set first, so that parallel callers ask once.
    """
    now_ms, took = world.clock(), [False]
    if world.money_out is None or not may_ask_status(refund, now_ms=now_ms):
        return refund

    def taken(current: Refund) -> Refund:
        took[0] = may_ask_status(current, now_ms=now_ms)
        return replace(current, status_asked_at_ms=now_ms) if took[0] else current

    current = change_refund(world, refund.refund_id, taken)
    if took[0] and current.asked_id is not None:
        question = StatusQuestion(
            conversation_id=current.asked_id,
            remarks=REMARKS,
            result_url=_url(current, ResultKind.STATUS, "result", world),
            timeout_url=_url(current, ResultKind.STATUS, "timeout", world),
        )
        world.money_out.ask_status(question)
    return current


def configured(world: World) -> MoneyOut:
    """The way out. Raises ConflictError: refunds_not_configured."""
    if world.money_out is None:
        raise ConflictError(
            "refunds_not_configured", "no M-PESA initiator is set up to send money; see operations"
        )
    return world.money_out


def _post(refund: Refund, own_id: str, money_out: MoneyOut, world: World) -> SendAnswer:
    result_url = _url(refund, ResultKind.SENT, "result", world)
    timeout_url = _url(refund, ResultKind.SENT, "timeout", world)
    if refund.method is Method.REVERSAL:
        return money_out.reverse(
            Reversal(
                receipt=refund.receipt,
                amount_kes=refund.amount_kes,
                remarks=REMARKS,
                result_url=result_url,
                timeout_url=timeout_url,
            )
        )
    msisdn = world.store.read_payee(refund.refund_id)
    if msisdn is None:
        return NotTaken(why="the number to pay is not known")
    return money_out.pay(
        Payout(
            own_id=own_id,
            amount_kes=refund.amount_kes,
            msisdn=msisdn,
            remarks=REMARKS,
            result_url=result_url,
            timeout_url=timeout_url,
        )
    )


def _url(refund: Refund, kind: ResultKind, path: str, world: World) -> str:
    label = result_label(refund.refund_id, refund.attempt, kind)
    key = path_key(world.callback_secret, label)
    return f"{world.public_base_url}/daraja/{path}/{label}/{key}"


def result_label(refund_id: str, attempt: int, kind: ResultKind) -> str:
    """What stands in the path of a result, and what its key is made of."""
    return f"{'status' if kind is ResultKind.STATUS else 'sent'}-{attempt}-{refund_id}"
