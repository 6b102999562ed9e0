"""Daraja as the functions reach it: the books' answers, with everything that goes wrong on the way.

Answers are bodies as Daraja sends them, read by the functions' own wire adapter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from lipamita.adapters.c2b_wire import pulled_rows
from lipamita.adapters.daraja_wire import push_answer, query_answer
from lipamita.domain.evidence import PushAnswer, PushRefused, PushUnclear, QueryAnswer
from lipamita.domain.units import Millis
from lipamita.use_cases.records import PulledRows, PushRequest

from tests.simulation.chance import Stream
from tests.simulation.mpesa import Mpesa, Prompt, envelope, result_body
from tests.simulation.timeline import DiedError, Timeline

READ_TIMEOUT_MS = 25_000
SPIKE_ARREST = 5  # queries in a minute
ODD_PUSH_ANSWERS = (
    "<html>Incapsula</html>",
    '{"ResponseCode": "00", "MerchantRequestID": "m", "CheckoutRequestID": "c"}',
    '{"ResponseCode": "0", "MerchantRequestID": "m"}',
    envelope("500.001.1001", ""),
    '{"ResponseCode": true, "CheckoutRequestID": "ws_CO_1", "MerchantRequestID": "m"}',
)
REFUSED_PUSHES = (
    envelope("400.002.02", "Bad Request - Invalid PhoneNumber"),
    envelope("404.001.03", "Invalid Access Token"),
    envelope("500.003.02", "Spike Arrest Violation"),
    '{"ResponseCode": "1", "ResponseDescription": "rejected"}',
)
IN_FLIGHT = (
    envelope("500.001.1001", ""),
    envelope("500.001.1001", "The transaction is being processed"),
    envelope("400.002.02", "Bad Request - Invalid CheckoutRequestID"),
)
ODD_CODES: tuple[object, ...] = ("00", "SFC_IC9999", "", None, True, 0.0, "4999", [], "2029")
FALSE_REFUSALS = ("1032", "1037", 1019, 1, "SFC_IC0003")


class SimulatedDaraja:
    """Implements use_cases.ports.Daraja. ``on_prompt`` puts an accepted push onto a phone."""

    def __init__(
        self,
        mpesa: Mpesa,
        timeline: Timeline,
        *,
        may_lie_twice: bool,
    ) -> None:
        self.mpesa = mpesa
        self.sent: Counter[str] = Counter()  # pushes by the path they report to
        self.refused: set[str] = set()
        self._timeline = timeline
        self.on_prompt: Callable[[Prompt], None] = lambda _: None
        self._may_lie_twice = may_lie_twice
        self._queries_ms: list[int] = []

    def push(self, request: PushRequest, *, now_ms: Millis) -> PushAnswer:
        process = self._timeline.current
        assert process is not None
        chance, path = process.chance, request.callback_url
        self.sent[path] += 1
        self._timeline.say(f"pushes {request.amount_kes} to {request.msisdn}")
        if chance.fails("push not connected"):
            self.refused.add(path)
            return PushRefused(code="push_not_sent", message="", detail="ConnectTimeout")
        self._timeline.pause(chance.between(100, 1_500))
        if chance.fails("push lost"):
            self._timeline.pause(READ_TIMEOUT_MS)
            return PushUnclear(why="ReadTimeout")
        refusal = self._refusal(request, chance)
        if refusal is not None:
            self.refused.add(path)
            return push_answer(400, refusal.encode())
        prompt = self.mpesa.open_prompt(
            label=process.subject,
            path=path,
            amount_kes=request.amount_kes,
            account=request.account_reference,
            phone=request.msisdn,
            now_ms=self._timeline.now_ms,
        )
        self.on_prompt(prompt)
        return self._acknowledge(prompt, chance)

    def query(
        self, checkout_request_id: str, *, now_ms: Millis, merchant: str | None = None
    ) -> QueryAnswer:
        process = self._timeline.current
        assert process is not None
        chance = process.chance
        prompt = self.mpesa.prompts.get(checkout_request_id)
        if prompt is not None:
            prompt.queries += 1
        self._timeline.pause(chance.between(50, 1_000))
        if chance.fails("crash while querying"):
            raise DiedError
        if chance.fails("query slow"):
            self._timeline.pause(chance.between(2_000, 8_000))
        if chance.fails("query dead"):
            return QueryAnswer(result_code=None, result_desc="ReadTimeout", asked_at_ms=now_ms)
        body = self._query_body(checkout_request_id, chance)
        self._timeline.say(f"query says {body}")
        self._timeline.pause(chance.between(20, 500))
        answer = query_answer(body.encode(), asked_at_ms=now_ms)
        if prompt is not None and answer.result_code == "0":
            prompt.paid_answers += 1
        return answer

    def pull(
        self, *, from_ms: Millis, to_ms: Millis, offset: int, merchant: str | None = None
    ) -> PulledRows | None:
        process = self._timeline.current
        assert process is not None
        self._timeline.pause(process.chance.between(50, 1_000))
        if process.chance.fails("pull broken off"):
            return None
        body = self.mpesa.pull_body(from_ms=from_ms, to_ms=to_ms, offset=offset)
        return pulled_rows(body.encode())

    def _refusal(self, request: PushRequest, chance: Stream) -> str | None:
        if self.mpesa.is_locked(request.msisdn):
            return envelope("500.001.1001", "Unable to lock subscriber, a transaction is ...")
        return chance.one_of(REFUSED_PUSHES) if chance.fails("push refused") else None

    def _acknowledge(self, prompt: Prompt, chance: Stream) -> PushAnswer:
        if chance.fails("crash while pushing"):
            raise DiedError
        if chance.fails("push slow"):  # its callback may well come first
            self._timeline.pause(chance.between(2_000, READ_TIMEOUT_MS - 2_000))
        if chance.fails("push answer lost"):
            self._timeline.pause(READ_TIMEOUT_MS)
            return PushUnclear(why="ReadTimeout")
        if chance.fails("push answer odd"):
            return push_answer(200, chance.one_of(ODD_PUSH_ANSWERS).encode())
        body = (
            f'{{"MerchantRequestID": "{prompt.merchant_id}", "CheckoutRequestID": '
            f'"{prompt.checkout_id}", "ResponseCode": "0", "CustomerMessage": "accepted"}}'
        )
        return push_answer(200, body.encode())

    def _query_body(self, checkout_id: str, chance: Stream) -> str:
        now_ms = self._timeline.now_ms
        self._queries_ms = [at_ms for at_ms in self._queries_ms if now_ms - at_ms < 60_000]
        if len(self._queries_ms) >= SPIKE_ARREST:
            return '{"fault": {"detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"}}}'
        self._queries_ms.append(now_ms)
        prompt = self.mpesa.prompts.get(checkout_id)
        if prompt is None:
            return envelope("500.001.1001", "The transaction does not Exist")
        if chance.fails("query random error"):
            return envelope("500.001.1001", "")
        if chance.fails("query odd code"):
            return result_body(prompt, chance.one_of(ODD_CODES))
        if prompt.answered == "0" and chance.fails("query contradicts"):
            prompt.lied_about = prompt.refusal_told = True
            return result_body(prompt, chance.one_of(FALSE_REFUSALS))
        may_lie = self._may_lie_twice or not prompt.false_paid_told
        if prompt.answered != "0" and may_lie and chance.fails("query says paid falsely"):
            prompt.false_paid_told += 1
            return result_body(prompt, "0")
        if prompt.answered is None:
            return chance.one_of((*IN_FLIGHT, result_body(prompt, "4999")))
        prompt.refusal_told |= prompt.answered != "0"
        return result_body(prompt, prompt.answered)
