"""Reports from the live database: all meters, and those that were not heard from for days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Meter
from lipamita.domain.report_table import Column, Report, Row, Unit
from lipamita.domain.units import DAY_MS, Millis
from lipamita.use_cases.ports import Store
from lipamita.use_cases.world import World

PAGE = 100
MAX_ROWS = 200_000
MAX_SILENT = 5_000
_WHERE = (
    *(Column(name="meter_id", label="Meter"), Column(name="name", label="Name")),
    *(Column(name="site", label="Site"), Column(name="owner_uid", label="Tenant")),
)
_SEEN = Column(name="last_seen_ms", label="Last heard", unit=Unit.MS)


def meter_list(world: World) -> Report:
    """One row a meter, by its number; empty where it never reported."""
    columns = (
        *_WHERE,
        *(Column(name="kind", label="Kind"), Column(name="tariff_id", label="Tariff")),
        *(Column(name="switch", label="Switch"), Column(name="firmware", label="Firmware"), _SEEN),
        *(_wh("current_balance", "Balance kWh"), _wh("credited_total", "Credited kWh")),
        *(_wh("energy_consumed_total", "Used kWh"),),
        Column(name="retired_at_ms", label="Retired", unit=Unit.MS),
    )
    empty: Iterator[Row] = iter(())
    report = Report(title="Meters", note="As they last reported.", columns=columns, rows=empty)
    return replace(report, rows=_list_rows(report, world.store))


def silent_meters(silent_days: int, world: World) -> Report:
    """Meters last heard from before so many days, the longest silent first, with their balance.

    Without those that were retired or never reported: these are not installed.
    """
    now_ms = world.clock()
    before_ms = Millis(now_ms - silent_days * DAY_MS)
    columns = (
        *(*_WHERE, _SEEN, Column(name="silent_days", label="Days", unit=Unit.TEXT)),
        *(_wh("current_balance", "Balance kWh"), _wh("credited_total", "Credited kWh")),
    )
    empty: Iterator[Row] = iter(())
    report = Report(
        title=f"Meters not heard from for {silent_days} days",
        note="The balance is what they last reported; credit that waits for them is not in it.",
        columns=columns,
        rows=empty,
    )
    return replace(report, rows=_silent_rows(report, before_ms, now_ms, world.store))


def _list_rows(report: Report, store: Store) -> Iterator[Row]:
    after: MeterId | None = None
    rows = 0
    while True:
        page = store.meters_after(after, limit=PAGE)
        for meter_id, meter in page:
            if rows == MAX_ROWS:
                yield report.more(MAX_ROWS)
                return
            rows += 1
            yield _damaged(meter_id, report) if meter is None else _listed(meter)
        if len(page) < PAGE:
            return
        after = page[-1][0]


def _listed(meter: Meter) -> Row:
    status = meter.status
    return (
        *_where(meter),
        *(meter.kind, meter.tariff_id, status.switch or "", status.firmware or ""),
        *(_number(status.last_seen_ms), _number(meter.current_balance_wh)),
        *(_number(meter.credited_total_wh), _number(meter.energy_consumed_total_wh)),
        _number(meter.retired_at_ms),
    )


def _damaged(meter_id: MeterId, report: Report) -> Row:
    return (meter_id, "cannot be read", *("",) * (len(report.columns) - 2))


def _silent_rows(report: Report, before_ms: Millis, now_ms: Millis, store: Store) -> Iterator[Row]:
    found = store.meters_silent_since(before_ms, limit=MAX_SILENT + 1)
    for meter in found[:MAX_SILENT]:
        seen_ms = meter.status.last_seen_ms
        if meter.is_retired or seen_ms is None:
            continue
        yield (
            *(*_where(meter), seen_ms, str((now_ms - seen_ms) // DAY_MS)),
            *(_number(meter.current_balance_wh), _number(meter.credited_total_wh)),
        )
    if len(found) > MAX_SILENT:
        yield report.more(MAX_SILENT)


def _where(meter: Meter) -> Row:
    return (meter.meter_id, meter.name, meter.site or "", meter.owner_uid or "")


def _number(value: int | None) -> str | int:
    return "" if value is None else value


def _wh(name: str, label: str) -> Column:
    return Column(name=f"{name}_wh", label=label, unit=Unit.WH)
