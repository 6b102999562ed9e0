"""What a meter reports over HTTP, held to the same laws as database.rules.json holds its writes.

Totals only grow, never pass what was sold or withdrawn, and the balance is their difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lipamita.domain.errors import ConflictError, InvalidInputError
from lipamita.domain.meter import Meter
from lipamita.domain.recharge import MeterRegister

MAX_TOTAL_WH = 10**12
LEAST_BALANCE_WH = -(10**9)
MAX_POWER_W = 10**6
SWITCHES = ("connected", "disconnected", "ready")
SUPPLIES = ("on", "off")
MAX_FIRMWARE = 32
MAX_REASON = 64
RSSI_DBM = (-150, 20)
MAX_BOOT_COUNT = 10**9
BALANCE_FIELDS = (
    "current_balance",
    "credited_total",
    "withdrawn_total",
    "energy_consumed_total",
    "sequence",
    "consumption_rate",
)
STATUS_FIELDS = ("online", "switch", "supply", "firmware", "rssi", "boot_count", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceReport:
    """A meter's registers at one moment. Energy in Wh, power in W."""

    current_balance_wh: int
    credited_total_wh: int
    withdrawn_total_wh: int
    energy_consumed_total_wh: int
    sequence: int
    consumption_rate_w: int


def parse_balance(body: Mapping[str, object]) -> BalanceReport:
    """The registers in a body. Raises InvalidInputError, naming the field."""
    report = BalanceReport(
        current_balance_wh=_whole(body, "current_balance", LEAST_BALANCE_WH, MAX_TOTAL_WH),
        credited_total_wh=_whole(body, "credited_total", 0, MAX_TOTAL_WH),
        withdrawn_total_wh=_whole(body, "withdrawn_total", 0, MAX_TOTAL_WH),
        energy_consumed_total_wh=_whole(body, "energy_consumed_total", 0, MAX_TOTAL_WH),
        sequence=_whole(body, "sequence", 0, MAX_TOTAL_WH),
        consumption_rate_w=_whole(body, "consumption_rate", 0, MAX_POWER_W),
    )
    left_wh = report.credited_total_wh - report.withdrawn_total_wh - report.energy_consumed_total_wh
    if report.current_balance_wh != left_wh:
        raise _invalid("current_balance", f"credited - withdrawn - consumed, which is {left_wh}")
    return report


def check_growth(report: BalanceReport, meter: Meter, register: MeterRegister | None) -> None:
    """Raises ConflictError: totals_fell below the last report, more_than_sold."""
    fell = {
        "credited_total": (report.credited_total_wh, meter.credited_total_wh),
        "withdrawn_total": (report.withdrawn_total_wh, meter.withdrawn_total_wh),
        "energy_consumed_total": (
            report.energy_consumed_total_wh,
            meter.energy_consumed_total_wh,
        ),
        "sequence": (report.sequence, meter.sequence),
    }
    for field, (told, known) in fell.items():
        if told < (known or 0):
            raise ConflictError(
                "totals_fell", f"{field} was {known} before, found {told}", field=field
            )
    sold = {
        "credited_total": (report.credited_total_wh, register and register.credited_total_wh),
        "withdrawn_total": (report.withdrawn_total_wh, register and register.withdrawn_total_wh),
        "sequence": (report.sequence, register and register.sequence),
    }
    for field, (told, most) in sold.items():
        if told > (most or 0):
            raise ConflictError(
                "more_than_sold", f"{field} may be at most {most or 0}, found {told}", field=field
            )


def parse_status(body: Mapping[str, object]) -> dict[str, object]:
    """The fields of ``status`` that the body has. Raises InvalidInputError, naming the field."""
    return {name: _status_field(name, body) for name in STATUS_FIELDS if name in body}


def _status_field(name: str, body: Mapping[str, object]) -> object:
    value = body[name]
    if name == "online":
        if not isinstance(value, bool):
            raise _invalid(name, "true or false")
        return value
    if name == "rssi":
        return _whole(body, name, *RSSI_DBM)
    if name == "boot_count":
        return _whole(body, name, 0, MAX_BOOT_COUNT)
    if name in ("switch", "supply"):
        words = SWITCHES if name == "switch" else SUPPLIES
        if value not in words:
            raise _invalid(name, f"one of {', '.join(words)}")
        return value
    least, most = (1, MAX_FIRMWARE) if name == "firmware" else (0, MAX_REASON)
    if not isinstance(value, str) or not least <= len(value) <= most or not value.isprintable():
        raise _invalid(name, f"a text of {least} to {most} characters")
    return value


def _whole(body: Mapping[str, object], field: str, least: int, most: int) -> int:
    value = body.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _invalid(field, f"a whole number from {least} to {most}")
    return value


def _invalid(field: str, expected: str) -> InvalidInputError:
    return InvalidInputError(f"invalid_{field}", f"{field} must be {expected}", field=field)
