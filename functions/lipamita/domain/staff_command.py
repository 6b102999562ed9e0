"""What staff may tell a meter by hand, and the arguments each kind takes.

The names and limits are the firmware's (firmware/lib/meter_core/command.h, policy_store.cpp).
"""

from __future__ import annotations

from collections.abc import Mapping

from lipamita.domain.errors import InvalidInputError

MAX_TEST_SUPPLY_S = 3_600
MAX_NUMBER = 2**31 - 1
LAST_HOUR = 23
ZONE_LIMITS = {
    "low_wh": MAX_NUMBER,
    "very_low_wh": MAX_NUMBER,
    "emergency_wh": MAX_NUMBER,
    "power_limit_w": MAX_NUMBER,
    "power_grace_ms": MAX_NUMBER,
    "cool_down_ms": MAX_NUMBER,
    "power_retries": MAX_NUMBER,
    "friendly_from_hour": LAST_HOUR,
    "friendly_to_hour": LAST_HOUR,
    "friendly_weekend": 1,
}
STAFF_COMMANDS: Mapping[str, Mapping[str, int]] = {
    "connect": {},
    "disconnect": {},
    "reboot": {},
    "test_supply": {"seconds": MAX_TEST_SUPPLY_S},
    "set_tariff_zone": ZONE_LIMITS,
}


def parse_command(kind: object, arguments: object) -> tuple[str, dict[str, int]]:
    """The kind and its arguments. Raises InvalidInputError (invalid_kind, invalid_arguments)."""
    known = STAFF_COMMANDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        kinds = ", ".join(STAFF_COMMANDS)
        raise InvalidInputError("invalid_kind", f"kind must be one of {kinds}", field="kind")
    given = {} if arguments is None else arguments
    if not isinstance(given, dict) or not _fit(given, known):
        limits = ", ".join(f"{name} (0 to {most})" for name, most in known.items()) or "none"
        raise InvalidInputError(
            "invalid_arguments",
            f"arguments of {kind} must be whole numbers of: {limits}",
            field="arguments",
        )
    return str(kind), given


def _fit(given: Mapping[str, object], known: Mapping[str, int]) -> bool:
    if bool(given) != bool(known):
        return False
    return all(
        name in known
        and isinstance(value, int)
        and not isinstance(value, bool)
        and 0 <= value <= known[name]
        for name, value in given.items()
    )
