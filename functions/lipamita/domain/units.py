"""Money, energy and time as whole numbers, and the parsers that let nothing else in.

Money is whole Kenyan shillings (``_kes``) or cents (``_cents``), energy whole watt-hours (``_wh``),
time whole milliseconds since the epoch in UTC (``_ms``). East Africa time is used only for
calendar months and on Daraja's wire.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import NewType

from lipamita.domain.errors import InvalidInputError

Kes = NewType("Kes", int)
Cents = NewType("Cents", int)
Wh = NewType("Wh", int)
Millis = NewType("Millis", int)

MIN_AMOUNT_KES = 1
MAX_AMOUNT_KES = 250_000  # Daraja's limit for one transaction
MAX_DIGITS_OF_AMOUNT = 32  # a longer decimal is no amount of money, and costs time to parse
_PLAIN_DECIMAL = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,15})?")  # not 5e2, 1_000 or " 500"
_TIMESTAMP = re.compile(r"[0-9]{14}", re.ASCII)
_TIMESTAMP_FORMAT = "%Y%m%d%H%M%S"

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

EAT = timezone(timedelta(hours=3), "EAT")  # Kenya keeps no daylight-saving time


def parse_amount_kes(value: object, *, field: str = "amount") -> Kes:
    """A requested amount: a JSON integer of 1 to 250,000 shillings.

    Raises InvalidInputError for anything else: booleans, decimals and strings are refused rather
    than rounded or guessed.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError(
            "invalid_amount",
            f"{field} must be a whole number of shillings, found {_describe(value)}",
            field=field,
        )
    if not MIN_AMOUNT_KES <= value <= MAX_AMOUNT_KES:
        raise InvalidInputError(
            "invalid_amount",
            f"{field} must be from {MIN_AMOUNT_KES} to {MAX_AMOUNT_KES} shillings, "
            f"found {_short(value)}",
            field=field,
        )
    return Kes(value)


def exact_kes(value: object) -> Kes | None:
    """The shillings M-Pesa says were paid, if they are a whole number; otherwise None.

    Accepts what Daraja has been seen to send: 500, 500.0, "500", "500.00". JSON decimals must have
    been parsed to Decimal, so that nothing was rounded on the way.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and not _PLAIN_DECIMAL.fullmatch(value):
        return None
    number = Decimal(value)
    if not number.is_finite() or number < 0 or abs(number.adjusted()) > MAX_DIGITS_OF_AMOUNT:
        return None
    return Kes(int(number)) if number == number.to_integral_value() else None


def month_eat(now_ms: Millis) -> str:
    """The calendar month in Kenya at that moment, as ``yyyy-mm``."""
    return _utc(now_ms).astimezone(EAT).strftime("%Y-%m")


def day_eat(now_ms: Millis) -> str:
    """The calendar day in Kenya at that moment, as ``yyyy-mm-dd``."""
    return _utc(now_ms).astimezone(EAT).strftime("%Y-%m-%d")


def daraja_timestamp(now_ms: Millis) -> str:
    """``YYYYMMDDHHmmss`` in East Africa time, as Daraja's STK push and query expect it."""
    return _utc(now_ms).astimezone(EAT).strftime(_TIMESTAMP_FORMAT)


def parse_daraja_timestamp(value: object) -> Millis | None:
    """``YYYYMMDDHHmmss`` in East Africa time, text or number; None for anything else."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _TIMESTAMP.fullmatch(text):
        return None
    try:
        moment = datetime.strptime(text, _TIMESTAMP_FORMAT).replace(tzinfo=EAT)
    except ValueError:  # a month 13, say
        return None
    return Millis(int(moment.timestamp()) * SECOND_MS)


def _utc(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms // SECOND_MS, UTC)


def _short(value: int) -> str:
    return str(value) if abs(value) < 10**MAX_DIGITS_OF_AMOUNT else "a number far beyond it"


def _describe(value: object) -> str:
    if value is None:
        return "nothing"
    names = {bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a decimal number")
