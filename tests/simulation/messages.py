"""Callbacks and confirmations on their way to us: lost, late, doubled, changed, misled, forged.

Safaricom sends once: what our handler did not store is gone. The handlers here do what the HTTP
entrypoints do: check the secret path, then store.
"""

from __future__ import annotations

from collections.abc import Callable

from lipamita.adapters.c2b_wire import confirmation_id_of
from lipamita.domain.ids import evidence_id, parse_transaction_id, path_key
from lipamita.domain.units import Millis
from lipamita.use_cases.record_callback import authenticate_path, record_callback
from lipamita.use_cases.record_confirmation import (
    C2bPath,
    authenticate_c2b_path,
    record_confirmation,
)
from lipamita.use_cases.records import RawCallback, RawConfirmation
from lipamita.use_cases.world import World

from tests.simulation.chance import Stream
from tests.simulation.daraja import FALSE_REFUSALS, ODD_CODES
from tests.simulation.mpesa import Mpesa, Prompt, Row, callback_body, confirmation_body
from tests.simulation.timeline import Timeline

LATE_MS = (30_000, 200_000, 3_600_000, 20_000_000, 100_000_000)
UNREADABLE_AMOUNTS = (100.5, "", "five hundred", [500], 1e40)


class Messages:
    """Everything M-Pesa sends to us."""

    def __init__(self, mpesa: Mpesa, timeline: Timeline, world: World, *, c2b: bool) -> None:
        self._mpesa = mpesa
        self._timeline = timeline
        self._world = world
        self._c2b = c2b
        self.accepted: dict[str, list[str]] = {}  # bodies that were answered 200, by what they told
        self._sent = 0
        self._newest: dict[str, int] = {}  # the last sent of what has come, by where it came
        # Whether we know whose the prompt is or what the path's own is: else we must believe it.
        self.can_tell: Callable[[Prompt, str], bool] = lambda *_: False
        self._c2b_key = path_key(world.callback_secret, f"c2b|{C2bPath.CONFIRMATION}")

    def result_of(self, prompt: Prompt, chance: Stream) -> None:
        """A prompt was answered on the phone: its callback, and with C2B its confirmation."""
        row = prompt.row
        if row is None:
            self._refused(prompt, chance)
        else:
            self._paid(prompt, row, chance)
            self.confirmation_of(row, chance)
        if chance.fails("callback forged"):
            body = callback_body(prompt, 0, amount=prompt.amount_kes, receipt="FORGED0001")
            self._send(chance, "forged", prompt.path[:-32] + "0" * 32, body, delay_ms=500)

    def confirmation_of(self, row: Row, chance: Stream) -> None:
        """A C2B confirmation of this money, if confirmations are sent at all."""
        if not self._c2b:
            return
        body = confirmation_body(row)
        if chance.fails("confirmation forged"):
            forged = body.replace(row.receipt, "FORGED0003")
            self._confirm(chance, forged, 300, key="0" * 32)
        if chance.fails("confirmation lost"):
            return
        for _ in range(1 + 2 * chance.fails("confirmation doubled")):
            delay_ms = chance.between(50, 6_000)
            if chance.fails("confirmation late"):
                delay_ms += chance.one_of(LATE_MS)
            self._confirm(chance, body, delay_ms, key=self._c2b_key)

    def _refused(self, prompt: Prompt, chance: Stream) -> None:
        if chance.fails("odd code told"):
            odd = callback_body(
                prompt, chance.one_of(ODD_CODES), amount=prompt.amount_kes, receipt="ODDCODE001"
            )
            self._send(chance, "odd code", prompt.path, odd)
        if chance.fails("callback lost"):
            return
        assert prompt.answered is not None
        prompt.refusal_told = True
        body = callback_body(prompt, int(prompt.answered))
        for _ in range(1 + chance.fails("callback doubled")):
            self._send(chance, "callback", prompt.path, body)

    def _paid(self, prompt: Prompt, row: Row, chance: Stream) -> None:
        self._lie_about(prompt, chance)
        others = [one.path for one in self._mpesa.prompts.values() if one is not prompt]
        if others and chance.fails("callback on another's path"):
            misled = callback_body(prompt, 0, amount=row.amount_kes, receipt=row.receipt)
            self._mislead(chance, prompt, chance.one_of(others), misled)
            if chance.likely(0.5):
                return
        if chance.fails("paid twice"):
            self._charged_again(prompt, row, chance)
        if chance.fails("callback lost"):
            return
        amount: object = chance.one_of((row.amount_kes, row.amount))
        if chance.fails("amount unreadable"):
            amount = chance.one_of(UNREADABLE_AMOUNTS)
        receipt = None if chance.fails("receipt missing") else row.receipt
        body = callback_body(prompt, chance.one_of((0, "0")), amount=amount, receipt=receipt)
        copies = 1 + chance.between(1, 4) * chance.fails("callback doubled")
        for _ in range(copies):
            self._send(chance, "callback", prompt.path, body)
        if chance.fails("callback copy rewritten"):
            other = body.replace("as M-Pesa says", "in other words")
            self._send(chance, "callback", prompt.path, other)

    def _lie_about(self, prompt: Prompt, chance: Stream) -> None:
        for kind in ("refusal told before paid", "refusal told after paid"):
            if chance.fails(kind):
                prompt.lied_about = prompt.refusal_told = True
                delay_ms = 60 if kind == "refusal told before paid" else 9_000
                lie = callback_body(prompt, chance.one_of(FALSE_REFUSALS))
                self._send(chance, "refusal", prompt.path, lie, delay_ms=delay_ms)
        if chance.fails("odd code told"):
            odd = callback_body(prompt, chance.one_of(ODD_CODES))
            self._send(chance, "odd code", prompt.path, odd)

    def _charged_again(self, prompt: Prompt, row: Row, chance: Stream) -> None:
        """M-Pesa takes the money twice, under two receipts."""
        again = self._mpesa.pay_by_hand(
            prompt.label, row.amount, prompt.account, self._timeline.now_ms
        )
        again.prompt = prompt
        body = callback_body(prompt, 0, amount=row.amount_kes, receipt=again.receipt)
        self._send(chance, "second charge", prompt.path, body)
        self.confirmation_of(again, chance)

    def _mislead(self, chance: Stream, prompt: Prompt, path: str, body: str) -> None:
        """While neither prompt is known nobody can tell them apart, and it must be believed."""

        def come() -> None:
            if not self.can_tell(prompt, path):
                prompt.mixed_up = True
                self._timeline.noticed.append("another's success must be believed")
            self._handle_callback(path, body)

        delay_ms = 900 + chance.one_of(LATE_MS) * chance.fails("callback late")
        self._start(f"misled {chance.name.removeprefix('payer of ')}", come, delay_ms)

    def _send(
        self, chance: Stream, name: str, path: str, body: str, *, delay_ms: int | None = None
    ) -> None:
        wait_ms = chance.between(20, 12_000) if delay_ms is None else delay_ms
        if chance.fails("callback late"):
            wait_ms += chance.one_of(LATE_MS)
        who = f"{name} {chance.name.removeprefix('payer of ')}"
        number = self._sent = self._sent + 1

        def come() -> None:
            self._overtaken(path, number)
            self._handle_callback(path, body)

        self._start(who, come, wait_ms)

    def _confirm(self, chance: Stream, body: str, delay_ms: int, *, key: str) -> None:
        who = f"confirmation {chance.name.removeprefix('payer of ')}"
        number = self._sent = self._sent + 1

        def come() -> None:
            self._overtaken("confirmations", number)
            self._handle_confirmation(key, body)

        self._start(who, come, delay_ms)

    def _overtaken(self, place: str, number: int) -> None:
        newest = self._newest.get(place, 0)
        if number < newest:
            self._timeline.noticed.append("message overtaken by a later one")
        self._newest[place] = max(newest, number)

    def _start(self, name: str, handle: Callable[[], None], delay_ms: int) -> None:
        self._timeline.start(self._timeline.now_ms + delay_ms, name, handle, hosted=True)

    def _handle_callback(self, path: str, body: str) -> None:
        self._timeline.say(f"comes: {body}")
        *_, transaction, key = path.split("/")
        transaction_id = parse_transaction_id(transaction)
        authenticate_path(transaction_id, key, "196.201.212.69", self._world)
        callback = RawCallback(
            evidence_id=evidence_id(body.encode()),
            body=body,
            received_at_ms=self._world.clock(),
            remote_address="196.201.212.69",
            content_type="application/json",
        )
        record_callback(transaction_id, callback, self._world)
        self.accepted.setdefault(transaction_id, []).append(body)

    def _handle_confirmation(self, key: str, body: str) -> None:
        self._timeline.say(f"comes: {body}")
        authenticate_c2b_path(C2bPath.CONFIRMATION, key, "196.201.212.69", self._world)
        raw = RawConfirmation(
            confirmation_id=confirmation_id_of(body.encode()),
            channel="c2b",
            body=body,
            received_at_ms=Millis(self._world.clock()),
            remote_address="196.201.212.69",
        )
        record_confirmation(raw, self._world)
        self.accepted.setdefault("confirmations", []).append(body)
