"""Daraja's way out as the functions reach it: B2C, Reversal and Transaction Status, with faults.

Answers are bodies as Daraja sends them, read by the functions' own wire adapter. What becomes of a
request is M-Pesa's matter, and told later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from lipamita.adapters.money_out_wire import send_answer
from lipamita.domain.money_out import (
    NotTaken,
    Payout,
    Reversal,
    SendAnswer,
    StatusQuestion,
    Taken,
    Unclear,
)

from tests.simulation.chance import Stream
from tests.simulation.mpesa import envelope
from tests.simulation.mpesa_out import MpesaOut, Request, attempt_of, status_body
from tests.simulation.results import Results
from tests.simulation.timeline import DiedError, Timeline

READ_TIMEOUT_MS = 20_000
REFUSED = (
    envelope("401.002.01", "Error Occurred - Invalid Access Token"),
    envelope("400.002.02", "Bad Request - Invalid Amount"),
    '{"fault": {"detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"}}}',
    '{"ResponseCode": "11", "ResponseDescription": "DebitParty is in invalid state"}',
)
ODD_ANSWERS = (
    "<html>Incapsula</html>",
    envelope("500.002.1001", "Duplicate OriginatorConversationID."),
    envelope("500.001.1001", ""),
    '{"ResponseCode": ""}',
    '{"fault": {"detail": {}}}',
)


class SimulatedMoneyOut:
    """Implements use_cases.refund_ports.MoneyOut. ``on_send`` hears of each POST that moves."""

    def __init__(self, books: MpesaOut, timeline: Timeline, results: Results) -> None:
        self.books = books
        self.sent: Counter[str] = Counter()  # POSTs by the path they report to
        self.refused: set[tuple[str, int]] = set()  # attempts that were answered with a refusal
        self.on_send: Callable[[str, int, int], None] = lambda *_: None
        self._timeline = timeline
        self._results = results

    def pay(self, payout: Payout) -> SendAnswer:
        return self._send(
            payout.own_id, payout.amount_kes, None, payout.result_url, payout.timeout_url
        )

    def reverse(self, reversal: Reversal) -> SendAnswer:
        return self._send(
            None, reversal.amount_kes, reversal.receipt, reversal.result_url, reversal.timeout_url
        )

    def ask_status(self, question: StatusQuestion) -> bool:
        chance = self._chance()
        self._timeline.pause(chance.between(50, 1_000))
        if chance.fails("status question lost"):
            return False
        assert question.conversation_id is not None, "only refunds ask here"
        found = self.books.find(question.conversation_id)
        body = status_body(None if chance.fails("status knows nothing") else found)
        self._results.tell(question.result_url, body, chance, name="status")
        return not chance.fails("status answer lost")

    def _send(
        self,
        own_id: str | None,
        amount_kes: int,
        receipt: str | None,
        result_url: str,
        timeout_url: str,
    ) -> SendAnswer:
        chance, attempt = self._chance(), attempt_of(result_url)
        self.sent[result_url] += 1
        self._timeline.say(f"sends {amount_kes} back: {receipt or own_id}")
        self.on_send(*attempt, amount_kes)
        if chance.fails("money out not connected"):
            self.refused.add(attempt)
            return NotTaken(why="ConnectTimeout")
        self._timeline.pause(chance.between(100, 1_500))
        if chance.fails("money out lost"):
            self._timeline.pause(READ_TIMEOUT_MS)
            return Unclear(why="ReadTimeout")
        if chance.fails("money out refused"):
            self.refused.add(attempt)
            return send_answer(400, chance.one_of(REFUSED).encode())
        request = self.books.take(
            own_id=own_id,
            amount_kes=amount_kes,
            receipt=receipt,
            result_url=result_url,
            timeout_url=timeout_url,
        )
        self._results.work_on(request, chance)
        return self._answer(request, chance)

    def _answer(self, request: Request, chance: Stream) -> SendAnswer:
        if chance.fails("crash while sending"):
            raise DiedError
        if chance.fails("money out answer lost"):
            self._timeline.pause(READ_TIMEOUT_MS)
            return Unclear(why="ReadTimeout")
        if chance.fails("money out answer odd"):
            return send_answer(200, chance.one_of(ODD_ANSWERS).encode())
        self._timeline.pause(chance.between(50, 2_000))
        body = (
            f'{{"ConversationID": "AG_{request.attempt}", "OriginatorConversationID": '
            f'"{request.conversation_id}", "ResponseCode": "0"}}'
        )
        answer = send_answer(200, body.encode())
        assert isinstance(answer, Taken)
        return answer

    def _chance(self) -> Stream:
        process = self._timeline.current
        assert process is not None
        return process.chance
