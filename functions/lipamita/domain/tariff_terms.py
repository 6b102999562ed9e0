"""A tariff as an admin publishes it: its prices, and what its meters do when credit runs low.

A published version is valid from a time to come, so that no price changes under a quote that is
being made; a quote that was made keeps its price.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lipamita.domain.errors import ConfigurationError, InvalidInputError
from lipamita.domain.registration import parse_name, parse_plain_id
from lipamita.domain.tariff import NO_ENERGY, PERCENT, Block, Levy, Tariff
from lipamita.domain.units import Cents, Millis, Wh

MAX_VERSIONS_WAITING = 12
MAX_ENERGY_WH = 10**12
MAX_PRICE_CENTS = 10**9
MAX_POWER_W = 10**6
LAST_HOUR = 23
MAX_TIME_MS = 2**53
_FRIENDLY_FIELDS = frozenset({"from_hour", "to_hour", "weekends"})
FIELDS = frozenset(
    {
        *("tariff_id", "name", "blocks", "levies", "vat_percent", "fixed_charge_cents_per_month"),
        *("friendly_hours", "emergency_credit_wh", "low_credit_wh", "power_limit_w"),
        *("valid_from_ms", "why"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FriendlyHours:
    """Hours (EAT) in which nobody is disconnected."""

    from_hour: int
    to_hour: int
    weekends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffTerms:
    """One version of a tariff. Energy in Wh, power in W; a limit of 0 is none."""

    tariff: Tariff
    name: str
    friendly_hours: FriendlyHours | None = None
    emergency_credit_wh: Wh = NO_ENERGY
    low_credit_wh: Wh = NO_ENERGY
    power_limit_w: int = 0


def parse_terms(body: Mapping[str, object]) -> tuple[TariffTerms, Millis | None]:
    """The version, and from when it is valid. Raises InvalidInputError, naming the field."""
    valid_from = body.get("valid_from_ms")
    try:
        tariff = Tariff(
            tariff_id=parse_plain_id(body.get("tariff_id"), field="tariff_id"),
            blocks=tuple(_block(row) for row in _rows(body, "blocks")),
            levies=tuple(_levy(row) for row in _rows(body, "levies")),
            vat_percent=_whole(body, "vat_percent", PERCENT),
            fixed_charge_cents_per_month=Cents(
                _whole(body, "fixed_charge_cents_per_month", MAX_PRICE_CENTS)
            ),
        )
    except ConfigurationError as error:
        raise InvalidInputError("invalid_tariff", error.message) from None
    terms = TariffTerms(
        tariff=tariff,
        name=parse_name(body.get("name")),
        friendly_hours=_friendly_hours(body.get("friendly_hours")),
        emergency_credit_wh=Wh(_whole(body, "emergency_credit_wh", MAX_ENERGY_WH)),
        low_credit_wh=Wh(_whole(body, "low_credit_wh", MAX_ENERGY_WH)),
        power_limit_w=_whole(body, "power_limit_w", MAX_POWER_W),
    )
    if valid_from is None:
        return terms, None
    return terms, Millis(_whole(body, "valid_from_ms", MAX_TIME_MS))


def _block(row: Mapping[str, object]) -> Block:
    _refuse_others(row, {"up_to_wh", "price_cents_per_kwh"}, "blocks")
    end = row.get("up_to_wh")
    return Block(
        up_to_wh=None if end is None else Wh(_whole(row, "up_to_wh", MAX_ENERGY_WH, "blocks")),
        price_cents_per_kwh=Cents(_whole(row, "price_cents_per_kwh", MAX_PRICE_CENTS, "blocks")),
    )


def _levy(row: Mapping[str, object]) -> Levy:
    _refuse_others(row, {"name", "percent", "cents_per_kwh"}, "levies")
    return Levy(
        name=parse_name(row.get("name"), field="levies"),
        percent=_whole(row, "percent", PERCENT, "levies"),
        cents_per_kwh=Cents(_whole(row, "cents_per_kwh", MAX_PRICE_CENTS, "levies")),
    )


def _friendly_hours(value: object) -> FriendlyHours | None:
    if value is None:
        return None
    field = "friendly_hours"
    if not isinstance(value, dict) or not isinstance(value.get("weekends"), bool):
        raise _invalid(field, "from_hour, to_hour and weekends (true or false)")
    _refuse_others(value, _FRIENDLY_FIELDS, field)
    if set(value) != _FRIENDLY_FIELDS:
        raise _invalid(field, f"all of {', '.join(sorted(_FRIENDLY_FIELDS))}")
    return FriendlyHours(
        from_hour=_whole(value, "from_hour", LAST_HOUR, field),
        to_hour=_whole(value, "to_hour", LAST_HOUR, field),
        weekends=value["weekends"],
    )


def _rows(body: Mapping[str, object], field: str) -> list[Mapping[str, object]]:
    value = body.get(field, [])
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _invalid(field, "a list of objects")
    return value


def _refuse_others(row: Mapping[str, object], known: Collection[str], field: str) -> None:
    if set(row) - set(known):
        raise _invalid(field, f"made of {', '.join(sorted(known))}")


def _whole(body: Mapping[str, object], name: str, most: int, field: str | None = None) -> int:
    value = body.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        where = "" if field is None else f" in {name}"
        raise _invalid(field or name, f"a whole number from 0 to {most}{where}")
    return value


def _invalid(field: str, expected: str) -> InvalidInputError:
    return InvalidInputError(f"invalid_{field}", f"{field} must be {expected}", field=field)
