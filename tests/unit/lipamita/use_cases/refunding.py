"""An estate that can refund: a paid payment, a meter that answers commands, M-Pesa's side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lipamita.domain.command import CommandResult
from lipamita.domain.ids import Receipt, Uid, evidence_id
from lipamita.domain.meter import Caller, Role
from lipamita.domain.money_out import Method, ResultKind
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.payment import Payment
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.units import Kes
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.ask_refund import RefundOrder, ask_refund
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.record_result import ResultPath, record_result
from lipamita.use_cases.records import RawCallback
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.world import World

from tests.fakes.estate import METER, Estate, ask, success
from tests.fakes.money_out import FakeMoneyOut, result

RECEIPT = Receipt("UKL1AAAA01")
PHONE = Msisdn("254700111222")
GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
HENRY = Caller(uid=Uid("operator-henry"), role=Role.OPERATOR)


@dataclass
class Refunding(Estate):
    """One meter that answers when told to, and a way out for money."""

    money_out: FakeMoneyOut = field(default_factory=FakeMoneyOut)
    consumed_wh: int = 0

    @property
    def world(self) -> World:
        return replace(super().world, money_out=self.money_out)

    def paid(self, amount_kes: int = 500, receipt: str = RECEIPT, key: str = "key-1") -> Payment:
        """A payment that its meter has applied."""
        payment = request_payment(ask(amount_kes, key=key, phone=PHONE), self.world)
        self.tell(payment, success(payment, receipt=receipt))
        settled = settle_payment(payment.transaction_id, self.world)
        self.acknowledge(self.recharge(payment.transaction_id), settled.quote.energy_wh)
        closed = close_recharge(METER, payment.transaction_id, self.world)
        assert closed is not None
        self.burn(0)
        return closed

    def paid_another_amount(self, paid_kes: int = 300) -> Payment:
        """A payment in review, whose money never became energy."""
        payment = request_payment(ask(500), self.world)
        self.tell(payment, success(payment, amount=paid_kes))
        return settle_payment(payment.transaction_id, self.world)

    def burn(self, energy_wh: int) -> None:
        """The meter consumes, and reports its totals."""
        self.consumed_wh += energy_wh
        meter = self.store.meters[METER]
        self.store.meters[METER] = replace(meter, energy_consumed_total_wh=self.consumed_wh)

    def meter_answers(self) -> list[str]:
        """The meter carries out what is in its queue: it gives back only what it has."""
        answers = []
        for command in self.store.commands.get(METER, {}).values():
            if command.command_id in self.store.command_results:
                continue
            total_wh = int(command.arguments.partition("=")[2])
            register = self.store.registers[METER]
            fits = total_wh <= register.credited_total_wh - self.consumed_wh
            if fits:
                meter = self.store.meters[METER]
                self.store.meters[METER] = replace(meter, withdrawn_total_wh=total_wh)
            answers.append("ok" if fits else "already used")
            self.store.command_results[command.command_id] = CommandResult(result=answers[-1])
        return answers

    def ask_back(
        self,
        amount_kes: int | None = None,
        *,
        receipt: str = RECEIPT,
        phone: Msisdn | None = PHONE,
        method: Method | None = None,
        caller: Caller = GRACE,
        key: str = "refund-1",
    ) -> Refund:
        """An operator asks for a refund."""
        order = RefundOrder(
            receipt=Receipt(receipt),
            amount_kes=None if amount_kes is None else Kes(amount_kes),
            msisdn=phone,
            method=method,
            why="moved out",
            idempotency_key=key,
            caller=caller,
        )
        return ask_refund(order, self.world)

    def told(
        self, refund: Refund, body: str, kind: ResultKind = ResultKind.SENT, attempt: int = 0
    ) -> None:
        """A result comes in for the refund."""
        path = ResultPath(refund_id=refund.refund_id, attempt=attempt or refund.attempt, kind=kind)
        raw = RawCallback(
            evidence_id=evidence_id(body.encode()),
            body=body,
            received_at_ms=self.now_ms,
            remote_address="196.201.212.69",
            content_type="application/json",
        )
        record_result(path, raw, self.world)

    def told_paid(self, refund: Refund) -> Refund:
        """The refund after M-Pesa said that its money left."""
        self.told(refund, result(refund))
        return advance_refund(refund.refund_id, self.world)

    def put(self, refund: Refund, *, status: RefundStatus, reason: str | None = None) -> None:
        """The refund stands there, however it came there."""
        self.store.refunds[refund.refund_id] = replace(refund, status=status, reason=reason)

    def refund(self, refund: Refund) -> Refund:
        """The refund as it is stored."""
        return self.store.refunds[RefundId(refund.refund_id)]

    def payment(self, payment: Payment) -> Payment:
        """The payment as it is stored."""
        return self.store.payments[payment.transaction_id]
