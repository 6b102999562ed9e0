"""Sabotages of the rules of charges that another cloud carries out."""

from __future__ import annotations

from typing import Any

import pytest
from lipamita.domain.recharge import SoldEntry
from lipamita.domain.vending import UNIT_WH, Vend, VendOutcome, VendStatus, units_of
from lipamita.use_cases import vend

from tests.simulation.sabotage import CRASHES, NONE, under
from tests.simulation.tuya import SimulatedCloud

Patch = pytest.MonkeyPatch
CHARGES = {
    "charge lost": 0.3,
    "charge answer lost": 0.5,
    "charge late": 0.4,
    "charge forgotten": 0.4,
    "crash while charging": 0.3,
    "old report shown": 0.6,
}


@under(CHARGES)
def charge_again_after_an_unclear_answer(patch: Patch) -> None:
    charge = SimulatedCloud.charge

    def twice(self: SimulatedCloud, device_id: str, units: int) -> bool | None:
        answer = charge(self, device_id, units)
        return charge(self, device_id, units) if answer is None else answer

    patch.setattr(SimulatedCloud, "charge", twice)


@under({**CHARGES, **CRASHES})
def store_the_intent_after_the_charge(patch: Patch) -> None:
    def backwards(payment: Any, old: Any, device_id: str, cloud: Any, world: Any) -> bool:
        entry, before = vend._entry_in_turn(payment, world), cloud.read(device_id)
        if entry is None or before is None:
            return False
        units = units_of(entry)
        cloud.charge(device_id, units)
        intent = Vend(
            meter_id=payment.meter_id,
            attempt=1,
            units=units,
            before_units=before.charged_units,
            before_at_ms=before.at_ms,
            intended_at_ms=world.clock(),
        )
        return bool(world.store.replace_vend(payment.transaction_id, old, intent))

    patch.setattr(vend, "send_charge", backwards)


@under(CHARGES)
def take_an_accepted_charge_for_a_delivered_one(patch: Patch) -> None:
    patch.setattr(vend, "judge_vend", lambda *_, **__: VendOutcome.APPLIED)


@under(CHARGES)
def believe_an_old_report_and_charge_again(patch: Patch) -> None:
    read_back = vend._read_back

    def impatient(*args: Any) -> Any:
        payment, _, standing, reading, world = args
        if reading is not None and reading.charged_units == standing.before_units:
            world.vending.charge(f"device-{payment.meter_id}", standing.units)
        return read_back(*args)

    patch.setattr(vend, "_read_back", impatient)


@under(CHARGES)
def charge_again_what_is_uncertain_without_looking(patch: Patch) -> None:
    carry = vend.vend

    def again(payment: Any, world: Any) -> Any:
        old = world.store.read_vend(payment.transaction_id)
        if old.value is not None and old.value.status is VendStatus.UNCERTAIN:
            device = f"device-{payment.meter_id}"
            vend.send_charge(payment, old, device, world.vending, world)
        return carry(payment, world)

    patch.setattr("lipamita.use_cases.check_payment.vend", again)


@under(NONE)
def drop_what_is_below_a_unit(patch: Patch) -> None:
    def alone(entry: SoldEntry) -> int:
        return entry.energy_wh // UNIT_WH

    patch.setattr(vend, "units_of", alone)
