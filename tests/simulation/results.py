"""What M-Pesa does with money it shall send, and its results on their way to us.

Results are lost, late, doubled, odd, false and forged; a QueueTimeOut may come before the money
moves. The handler here does what the HTTP entrypoint does: check the secret path, then store.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from lipamita.domain.ids import evidence_id
from lipamita.domain.money_out import ResultKind
from lipamita.domain.refund import RefundId
from lipamita.use_cases.record_result import ResultPath, authenticate_result, record_result
from lipamita.use_cases.records import RawCallback
from lipamita.use_cases.world import World

from tests.simulation.chance import Stream
from tests.simulation.mpesa_out import (
    MpesaOut,
    Request,
    attempt_of,
    paid_body,
    refused_body,
    timeout_body,
)
from tests.simulation.timeline import Timeline

SLOW_MS = (60_000, 600_000, 3 * 3_600_000, 30 * 3_600_000)
LATE_MS = (30_000, 200_000, 3_600_000, 20_000_000, 200_000_000)
REFUSALS = ("1", "2040", 8006, "21", "SFC_IC0003", "R000002")
ODD_CODES: tuple[object, ...] = ("R000001", "17", "", None, True, "00", 0.0, [], "2029")
_FINAL = frozenset(map(str, REFUSALS))
ADDRESS = "196.201.212.69"


class Results:
    """M-Pesa's side of a request once Daraja took it."""

    def __init__(self, books: MpesaOut, timeline: Timeline) -> None:
        self._books = books
        self._timeline = timeline
        self.world: World | None = None
        self.refused: set[tuple[str, int]] = set()  # attempts that we were told a refusal of

    def work_on(self, request: Request, chance: Stream) -> None:
        """Move the money in a while, or refuse."""
        wait_ms = chance.between(300, 20_000)
        if chance.fails("money out slow"):
            wait_ms += chance.one_of(SLOW_MS)
        dropped = False
        if chance.fails("queue timeout"):
            dropped = chance.likely(0.5)  # or it is worked on all the same
            self._post(request.timeout_url, timeout_body(request), wait_ms // 2, chance, "timeout")
        own = self._timeline.faults.stream(f"M-Pesa on {request.conversation_id}")
        done = self._drop if dropped else self._work
        self._timeline.at(self._timeline.now_ms + wait_ms, partial(done, request, own))

    def tell(self, url: str, body: str, chance: Stream, *, name: str) -> None:
        """POST it to us, unless it is lost on the way."""
        if chance.fails("result lost"):
            return
        for _ in range(1 + 2 * chance.fails("result doubled")):
            delay_ms = chance.between(20, 9_000)
            if chance.fails("result late"):
                delay_ms += chance.one_of(LATE_MS)
            self._post(url, body, delay_ms, chance, name)

    def _drop(self, request: Request, _: Stream) -> None:
        request.code = "dropped"

    def _work(self, request: Request, chance: Stream) -> None:
        if chance.fails("money out refused later"):
            request.code = str(chance.one_of(REFUSALS))
        else:
            self._books.pay(request)
            self._timeline.say(f"M-Pesa pays {request.amount_kes} out: {request.paid_receipt}")
        self._tell_of(request, chance)
        if chance.fails("result forged"):
            forged = paid_body(request).replace("UKM", "UKF")
            self._post(request.result_url[:-32] + "0" * 32, forged, 400, chance, "forged result")

    def _tell_of(self, request: Request, chance: Stream) -> None:
        if chance.fails("refusal of money out told falsely") and request.is_paid:
            request.lied_about = True
            lie = refused_body(request, chance.one_of(REFUSALS))
            self.tell(request.result_url, lie, chance, name="false refusal")
        if chance.fails("result odd"):
            odd = refused_body(request, chance.one_of(ODD_CODES))
            self.tell(request.result_url, odd, chance, name="odd result")
            return
        if not request.is_paid:
            body = refused_body(request, request.code)
        elif request.receipt is not None and chance.fails("reversed already told of our own"):
            body = refused_body(request, "R000001")
        elif chance.fails("result with another amount"):
            body = paid_body(request, amount=chance.one_of((request.amount_kes + 1, "much", 1)))
        else:
            body = paid_body(request)
        self.tell(request.result_url, body, chance, name="result")

    def _post(self, url: str, body: str, delay_ms: int, chance: Stream, name: str) -> None:
        about = chance.name.removeprefix("M-Pesa on ")
        handle: Callable[[], None] = partial(self._handle, url, body)
        self._timeline.start(
            self._timeline.now_ms + delay_ms, f"{name} {about}", handle, hosted=True
        )

    def _handle(self, url: str, body: str) -> None:
        world = self.world
        assert world is not None
        self._timeline.say(f"comes: {body}")
        *_, word, label, key = url.split("/")
        refund_id, attempt = attempt_of(url)
        path = ResultPath(
            refund_id=RefundId(refund_id),
            attempt=attempt,
            kind=ResultKind(label.partition("-")[0]),
        )
        authenticate_result(path.label, key, ADDRESS, world)
        raw = RawCallback(
            evidence_id=evidence_id(body.encode()),
            body=body,
            received_at_ms=world.clock(),
            remote_address=ADDRESS,
            content_type="application/json",
        )
        timed_out = word == "timeout" and path.kind is ResultKind.SENT
        if path.kind is ResultKind.SENT and not timed_out and _code(body) in _FINAL:
            self.refused.add((refund_id, attempt))
        record_result(path.as_timeout() if timed_out else path, raw, world)


def _code(body: str) -> str:
    return str(json.loads(body)["Result"]["ResultCode"])
