"""Where the meters are: their registration, their queue, and the server's side of their reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lipamita.domain.account import account_key
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Meter, MeterStatus
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.units import Millis

from tests.fakes.memory_store import MemoryStore
from tests.simulation.meter import Entry, SimulatedMeter, Totals
from tests.simulation.plan import OWNERS, MeterAct
from tests.simulation.timeline import Timeline


class Site:
    """Connects the simulated meters to the store, as the security rules would let them."""

    def __init__(self, store: MemoryStore, timeline: Timeline, master_secret: str) -> None:
        self.violations: list[str] = []
        self.on_acknowledged: Callable[[MeterId, TransactionId], None] = lambda *_: None
        self._store = store
        self._timeline = timeline
        self._master_secret = master_secret
        self._meters: dict[str, SimulatedMeter] = {}

    def install(self, meter_id: str) -> SimulatedMeter:
        owner = OWNERS.get(meter_id)
        key = MeterId(meter_id)
        self._store.meters[key] = Meter(
            meter_id=key,
            name=meter_id,
            kind="esp32",
            tariff_id="domestic",
            owner_uid=None if owner is None else Uid(owner),
            device_uid=Uid(f"device-{meter_id}"),
            site=None,
            status=MeterStatus(),
        )
        self._store.accounts.setdefault(account_key(meter_id), []).append(key)
        meter = self._meters[meter_id] = SimulatedMeter(
            meter_id=meter_id,
            master_secret=self._master_secret,
            timeline=self._timeline,
            queue=lambda: dict[str, Entry](self._store.recharges.get(key, {}).items()),
            acknowledge=lambda transaction_id, balance_wh, totals: self._acknowledge(
                key, TransactionId(transaction_id), balance_wh, totals
            ),
        )
        return meter

    def _acknowledge(
        self, meter_id: MeterId, transaction_id: TransactionId, balance_wh: int, totals: Totals
    ) -> None:
        process = self._timeline.current
        assert process is not None
        register = self._store.registers.get(meter_id)
        if register is None or totals.credited_wh > register.credited_total_wh:
            self.violations.append(f"{meter_id} reports more than was sold")
        if process.chance.fails("acknowledgement lost"):
            self._meters[meter_id].wake(60_000)
            return
        stands = transaction_id in self._store.recharges.get(meter_id, {})
        if not stands or transaction_id in self._store.acknowledged:
            return
        self._timeline.say(f"acknowledges {transaction_id}, {totals.credited_wh} Wh credited")
        self._store.acknowledged[transaction_id] = Acknowledgement(
            processed_at_ms=Millis(self._timeline.now_ms), balance_after_wh=balance_wh
        )
        self._store.meters[meter_id] = replace(
            self._store.meters[meter_id],
            credited_total_wh=totals.credited_wh,
            withdrawn_total_wh=0,
            energy_consumed_total_wh=totals.consumed_wh,
            current_balance_wh=totals.credited_wh - totals.consumed_wh,
        )
        self.on_acknowledged(meter_id, transaction_id)

    def carry_out(self, act: MeterAct) -> None:
        meter = self._meters[act.meter_id]
        self._timeline.say(act.name)
        if act.what == "reboot":
            erased = self._timeline.faults.stream(act.name).fails("meter storage erased")
            meter.reboot(erased=erased)
            return
        meter.online = act.what == "online"
        meter.wake()
