"""M-Pesa's side of money that leaves: it pays what it is told, once for an own id, and counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from lipamita.domain.money_out import (
    NotTaken,
    Payout,
    Reversal,
    SendAnswer,
    StatusQuestion,
    Taken,
    Unclear,
)
from lipamita.domain.refund import Refund


@dataclass
class FakeMoneyOut:
    """Implements use_cases.refund_ports.MoneyOut. ``answers`` replace the usual one in turn.

    An answer that is Taken or Unclear moves the money all the same, unless ``moves`` is False.
    """

    answers: list[SendAnswer] = field(default_factory=list)
    moves: bool = True
    hears: bool = True  # whether a question is taken
    payouts: list[Payout] = field(default_factory=list)
    reversals: list[Reversal] = field(default_factory=list)
    questions: list[StatusQuestion] = field(default_factory=list)
    paid_kes: int = 0
    during_send: Callable[[], None] = lambda: None

    @property
    def sent(self) -> int:
        """How often money was to be sent."""
        return len(self.payouts) + len(self.reversals)

    def pay(self, payout: Payout) -> SendAnswer:
        self.payouts.append(payout)
        return self._answer(payout.amount_kes)

    def reverse(self, reversal: Reversal) -> SendAnswer:
        self.reversals.append(reversal)
        return self._answer(reversal.amount_kes)

    def ask_status(self, question: StatusQuestion) -> bool:
        self.questions.append(question)
        return self.hears

    def _answer(self, amount_kes: int) -> SendAnswer:
        self.during_send()
        taken = Taken(
            originator_conversation_id=f"29464-{self.sent}", conversation_id=f"AG_{self.sent}"
        )
        answer = self.answers.pop(0) if self.answers else taken
        if not isinstance(answer, NotTaken) and self.moves:
            self.paid_kes += amount_kes
        return answer


LOST: SendAnswer = Unclear(why="ReadTimeout")


def result(
    refund: Refund, code: object = 0, amount: object = None, receipt: str = "UKL1OUT001"
) -> str:
    """The body of a result of this refund's latest attempt."""
    told: dict[str, object] = {
        "ResultType": 0,
        "ResultCode": code,
        "ResultDesc": "as the code says",
        "OriginatorConversationID": refund.own_id,
        "ConversationID": "AG_1",
        "TransactionID": receipt,
    }
    if code == 0:
        rows = {
            "TransactionAmount": refund.amount_kes if amount is None else amount,
            "TransactionReceipt": receipt,
        }
        told["ResultParameters"] = {
            "ResultParameter": [{"Key": key, "Value": value} for key, value in rows.items()]
        }
    return json.dumps({"Result": told})


def status_result(refund: Refund, word: str = "Completed", receipt: str = "UKL1OUT001") -> str:
    """The body of a Transaction Status that found the money."""
    rows = {"ReceiptNo": receipt, "Amount": refund.amount_kes, "TransactionStatus": word}
    told = {
        "ResultCode": 0,
        "TransactionID": "UKL1ASK001",
        "ResultParameters": {
            "ResultParameter": [{"Key": key, "Value": value} for key, value in rows.items()]
        },
    }
    return json.dumps({"Result": told})
