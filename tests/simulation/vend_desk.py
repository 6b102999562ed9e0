"""Operators who look at a meter whose charge is uncertain, and the judgement of all charges.

A charge that is asked for was stored as an intent first, and is asked for again only after somebody
looked. What a meter was charged is what was sold to it, to the unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.vending import VendDecision, VendStatus
from lipamita.use_cases.decide_delivery import DeliveryDecision, decide_delivery
from lipamita.use_cases.world import World

from tests.fakes.memory_store import MemoryStore
from tests.simulation.people import caller_of
from tests.simulation.plan import OPERATORS, Act, VendWord
from tests.simulation.timeline import Timeline
from tests.simulation.tuya import UNIT_WH, VendedMeter


class VendDesk:
    """Decides as the plan says, from what the meter itself shows."""

    def __init__(
        self,
        timeline: Timeline,
        world: World,
        store: MemoryStore,
        meters: Mapping[str, VendedMeter],
    ) -> None:
        self._timeline = timeline
        self._world = world
        self._store = store
        self._meters = meters
        self._sent_again: set[tuple[str, int]] = set()  # (transaction, attempt) that was looked at

    def intend(self, act: Act, at_ms: int) -> None:
        if isinstance(act, VendWord):
            self._timeline.start(at_ms, act.name, lambda: self._decide(act), hosted=True)

    def clear(self) -> bool:
        """Both look at everything that is uncertain, at the same time; whether anything was."""
        uncertain = self._uncertain()
        for key in uncertain:
            for uid in OPERATORS:
                self._timeline.start(
                    self._timeline.now_ms,
                    f"{uid} looks at meters",
                    lambda key=key, uid=uid: self._say(key, uid),  # type: ignore[misc]
                    hosted=True,
                )
        return bool(uncertain)

    def violations(self) -> Iterator[str]:
        for meter_id, meter in self._meters.items():
            vends = {k: v for k, v in self._store.vends.items() if v.meter_id == meter_id}
            intents = sum(vend.attempt for vend in vends.values())
            if meter.calls > intents:
                yield f"{meter_id} was charged {meter.calls} times for {intents} intents"
            for key, vend in vends.items():
                looked = sum(one == key for one, _ in self._sent_again)
                if vend.attempt > 1 + looked:
                    yield f"{key} was charged {vend.attempt} times, {looked} looked"
            register = self._store.registers.get(MeterId(meter_id))
            sold_units = register.credited_total_wh // UNIT_WH if register else 0
            if meter.charged_units != sold_units:
                yield f"{meter_id} was charged {meter.charged_units} units of {sold_units} sold"

    def outcomes(self) -> Iterator[str]:
        """How each charge ended, to be counted."""
        for vend in self._store.vends.values():
            again = " in the end" if vend.attempt > 1 else ""
            yield f"charge {vend.status}{again}"

    def _uncertain(self) -> list[TransactionId]:
        return sorted(
            key
            for key, vend in self._store.vends.items()
            if vend.status is VendStatus.UNCERTAIN
            and not self._meters[vend.meter_id].under_way  # else they wait a while and look again
        )

    def _decide(self, act: VendWord) -> None:
        waiting = self._uncertain()
        if waiting:
            self._say(waiting[act.pick % len(waiting)], act.uid)

    def _say(self, key: TransactionId, uid: str) -> None:
        """The meter is in front of them: its display, not what the cloud tells of it."""
        vend = self._store.vends[key]
        meter, payment = self._meters[vend.meter_id], self._store.payments[key]
        total_units = (payment.delivery.credited_total_wh or 0) // UNIT_WH
        there = meter.charged_units >= total_units
        word = VendDecision.DELIVERED if there else VendDecision.SEND_AGAIN
        if not there:
            self._sent_again.add((key, vend.attempt))
        self._timeline.say(f"{uid} says {word} of {key}")
        decision = DeliveryDecision(
            transaction_id=key, decision=word, why="seen at the meter", caller=caller_of(uid)
        )
        decide_delivery(decision, self._world)
