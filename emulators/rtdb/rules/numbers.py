"""Arithmetic in rules: doubles as in JavaScript, strict types; division by zero gives NaN."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from emulators.rtdb.rules.errors import EvaluationError

_EXACT = 2**53


def add(left: Any, right: Any) -> int | float | str:
    """Sum of numbers, or text joined to text or number; anything else is an error."""
    if isinstance(left, str) or isinstance(right, str):
        return _joined(left) + _joined(right)
    return _settled(_number(left, "+") + _number(right, "+"))


def arithmetic(sign: str, left: Any, right: Any) -> int | float:
    """`-`, `*`, `/` or `%` of two numbers."""
    one, other = _number(left, sign), _number(right, sign)
    try:
        if sign == "-":
            return _settled(one - other)
        if sign == "*":
            return _settled(one * other)
        if other == 0:
            return math.nan
        return one / other if sign == "/" else math.fmod(one, other)
    except (OverflowError, ValueError):
        return math.nan


def number_text(value: int | float) -> str:
    """A number as JavaScript writes it."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if value < 0 else ""
    return sign + _positive_text(Decimal(repr(abs(value))))


def _positive_text(value: Decimal) -> str:
    """The shortest digits, written out between 1e-7 and 1e21, else with an exponent."""
    if value == 0:
        return "0"
    shortest = value.normalize()
    power = shortest.adjusted()
    if -7 < power < 21:
        return format(shortest, "f")
    digits = "".join(map(str, shortest.as_tuple().digits))
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if power > 0 else '-'}{abs(power)}"


def _joined(value: Any) -> str:
    if isinstance(value, str):
        return value
    return number_text(_number(value, "+"))


def _number(value: Any, sign: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise EvaluationError(f"operand of {sign} is not a number")
    return value


def _settled(value: int | float) -> int | float:
    """Beyond 2^53 whole numbers are doubles too."""
    if isinstance(value, int) and abs(value) > _EXACT:
        return float(value)
    return value
