"""Database events: lost, late, doubled. They nudge; nothing may depend on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.refund import RefundId
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.follow_ups import FOLLOW_UPS
from lipamita.use_cases.notice_command import notice_commands
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.world import World

from tests.simulation.meter import SimulatedMeter
from tests.simulation.timeline import Timeline
from tests.simulation.tuya import VendedMeter


class Triggers:
    """Starts what main.py registers for database events."""

    def __init__(
        self, timeline: Timeline, world: World, meters: Mapping[str, SimulatedMeter | VendedMeter]
    ) -> None:
        self._timeline = timeline
        self._world = world
        self._meters = meters

    def created(self, kind: str, key: str) -> None:
        """A node was created: evidence, a confirmation, result, or what its meter streams."""
        if kind in ("recharge", "command"):
            self._meters[key].wake()
        elif kind == "result":
            self._fire("advance", lambda: advance_refund(RefundId(key), self._world))
        elif kind == "callback":
            self._fire("settle", lambda: settle_payment(TransactionId(key), self._world))
        else:
            self._fire("accept", lambda: accept_confirmation(key, self._world))

    def acknowledged(self, meter_id: MeterId, transaction_id: TransactionId) -> None:
        def close() -> None:
            settle_payment(transaction_id, self._world)
            close_recharge(meter_id, transaction_id, self._world)

        self._fire("close", close)

    def answered(self, meter_id: MeterId) -> None:
        """A meter answered a command."""
        self._fire("notice", lambda: notice_commands(meter_id, self._world, FOLLOW_UPS))

    def _fire(self, verb: str, work: Callable[[], object]) -> None:
        process = self._timeline.current
        assert process is not None
        chance = process.chance
        if chance.fails("trigger lost"):
            return
        for _ in range(1 + chance.fails("trigger doubled")):
            delay_ms = chance.between(20, 900)
            if chance.fails("trigger late"):
                delay_ms += chance.one_of((5_000, 100_000, 400_000))
            self._timeline.start(
                self._timeline.now_ms + delay_ms,
                f"{verb} after {process.name.split(' after ')[0]}",
                work,
                subject=process.subject,
                hosted=True,
            )
