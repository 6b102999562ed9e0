"""Take a meter's report over HTTP: its registers, or its status."""

from __future__ import annotations

from collections.abc import Mapping

from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Caller, Meter, Role
from lipamita.domain.report import BalanceReport, check_growth
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.register_meter import find_meter
from lipamita.use_cases.restore_meter import note_reset
from lipamita.use_cases.world import World


def report_balance(meter_id: MeterId, report: BalanceReport, caller: Caller, world: World) -> None:
    """Store the registers; the same report again changes nothing.

    Totals that fell are a reset: nothing is stored, and the meter is sent what it lost. Raises
    ForbiddenError (not_its_device), NotFoundError, ConflictError (totals_fell, more_than_sold).
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        meter = _its_own(meter_id, caller, world)
        try:
            check_growth(report, meter, world.store.read_register(meter_id).value)
        except ConflictError as error:
            if error.code == "totals_fell":
                note_reset(meter, _cause(meter), world)
            raise
        if world.store.put_balance(meter, report):
            return
    raise BusyError("busy", f"the registers of meter {meter_id} are being changed")


def report_status(
    meter_id: MeterId, status: Mapping[str, object], caller: Caller, world: World
) -> None:
    """Store the status. Raises ForbiddenError (not_its_device) and NotFoundError."""
    _its_own(meter_id, caller, world)
    world.store.put_status(meter_id, status, now_ms=world.clock())


def _its_own(meter_id: MeterId, caller: Caller, world: World) -> Meter:
    meter = find_meter(meter_id, world)
    is_device = caller.role is Role.METER and caller.meter_id == meter_id
    if not is_device or caller.uid != meter.device_uid:
        raise ForbiddenError(
            "not_its_device", f"only the device of meter {meter_id} reports for it"
        )
    return meter


def _cause(meter: Meter) -> str:
    """One reset for each state that was believed: repeats of the report are the same one."""
    known = (
        meter.credited_total_wh,
        meter.withdrawn_total_wh,
        meter.energy_consumed_total_wh,
        meter.sequence,
        meter.device_since_ms,
    )
    return f"{meter.meter_id}|{known}"
