"""Where the meters are: their registration, their queue, and the server's side of their reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lipamita.domain.command import CommandResult
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Meter, MeterStatus
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.units import Millis

from tests.fakes.memory_store import MemoryStore
from tests.simulation.meter import Entry, SimulatedMeter
from tests.simulation.meter_commands import Totals
from tests.simulation.outside import Outside
from tests.simulation.plan import VENDED_OWNERS, MeterAct
from tests.simulation.timeline import Timeline
from tests.simulation.tuya import SimulatedCloud, VendedMeter


class Site:
    """Connects the simulated meters to the store, as the security rules would let them."""

    def __init__(
        self, store: MemoryStore, outside: Outside, timeline: Timeline, master_secret: str
    ) -> None:
        self.violations: list[str] = []
        self.on_acknowledged: Callable[[MeterId, TransactionId], None] = lambda *_: None
        self.on_answered: Callable[[MeterId], None] = lambda _: None
        self._store = store
        self._outside = outside
        self._timeline = timeline
        self._master_secret = master_secret
        self._meters: dict[str, SimulatedMeter | VendedMeter] = {}

    def install(self, meter_id: str) -> SimulatedMeter:
        key = self._register(meter_id, "esp32")
        meter = SimulatedMeter(
            meter_id=meter_id,
            master_secret=self._master_secret,
            timeline=self._timeline,
            queue=lambda: dict[str, Entry](self._store.recharges.get(key, {}).items()),
            acknowledge=lambda transaction_id, balance_wh, totals: self._acknowledge(
                key, TransactionId(transaction_id), balance_wh, totals
            ),
            commands=lambda: {
                one: command
                for one, command in self._store.commands.get(key, {}).items()
                if one not in self._store.command_results
            },
            report=lambda totals: self._report(key, totals),
            answer=lambda command_id, result: self._answer(key, command_id, result),
        )
        self._meters[meter_id] = meter
        return meter

    def install_vended(self, meter_id: str, cloud: SimulatedCloud) -> VendedMeter:
        """One that the other cloud reaches."""
        self._register(meter_id, "tuya")
        meter = VendedMeter(meter_id=meter_id, timeline=self._timeline)
        self._meters[meter_id] = cloud.meters[f"device-{meter_id}"] = meter
        return meter

    def _register(self, meter_id: str, kind: str) -> MeterId:
        owner, key = VENDED_OWNERS.get(meter_id), MeterId(meter_id)
        self._outside.register(
            Meter(
                meter_id=key,
                name=meter_id,
                kind=kind,
                tariff_id="domestic",
                owner_uid=None if owner is None else Uid(owner),
                device_uid=Uid(f"device-{meter_id}"),
                site=None,
                status=MeterStatus(),
            )
        )
        return key

    def _acknowledge(
        self, meter_id: MeterId, transaction_id: TransactionId, balance_wh: int, totals: Totals
    ) -> None:
        process = self._timeline.current
        assert process is not None
        self._check_totals(meter_id, totals)
        if process.chance.fails("acknowledgement lost"):
            self._meters[meter_id].wake(60_000)
            return
        stands = transaction_id in self._store.recharges.get(meter_id, {})
        if not stands or transaction_id in self._store.acknowledged:
            return
        self._timeline.say(f"acknowledges {transaction_id}, {totals.credited_wh} Wh credited")
        self._outside.acknowledge(
            meter_id,
            transaction_id,
            Acknowledgement(
                processed_at_ms=Millis(self._timeline.now_ms), balance_after_wh=balance_wh
            ),
        )
        self._report(meter_id, totals)
        self.on_acknowledged(meter_id, transaction_id)

    def _check_totals(self, meter_id: MeterId, totals: Totals) -> None:
        """The security rules would not take a report above what the server sold or took back."""
        register = self._store.registers.get(meter_id)
        if register is None or totals.credited_wh > register.credited_total_wh:
            self.violations.append(f"{meter_id} reports more than was sold")
        elif totals.withdrawn_wh > register.withdrawn_total_wh:
            self.violations.append(f"{meter_id} reports more than was taken back")

    def _report(self, meter_id: MeterId, totals: Totals) -> None:
        self._check_totals(meter_id, totals)
        known = self._store.meters[meter_id]
        if (known.credited_total_wh or 0, known.withdrawn_total_wh or 0) > (
            totals.credited_wh,
            totals.withdrawn_wh,
        ):
            return  # an old report that comes late: totals do not fall
        self._outside.report(
            replace(
                known,
                credited_total_wh=totals.credited_wh,
                withdrawn_total_wh=totals.withdrawn_wh,
                energy_consumed_total_wh=totals.consumed_wh,
                current_balance_wh=totals.balance_wh,
            )
        )

    def _answer(self, meter_id: MeterId, command_id: str, result: str) -> None:
        if command_id in self._store.command_results:
            return
        self._timeline.say(f"answers {command_id}: {result}")
        self._outside.answer(meter_id, command_id, CommandResult(result=result))
        self.on_answered(meter_id)

    def carry_out(self, act: MeterAct) -> None:
        meter = self._meters[act.meter_id]
        self._timeline.say(act.name)
        if act.what == "reboot":
            erased = self._timeline.faults.stream(act.name).fails("meter storage erased")
            meter.reboot(erased=erased)
            return
        if act.what.startswith("burns"):
            meter.burn(1.0 if act.what == "burns all" else 0.5)
            return
        meter.online = act.what == "online"
        meter.wake()
