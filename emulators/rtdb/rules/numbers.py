"""Arithmetic in rules: doubles as in JavaScript, strict types; division by zero gives NaN."""

from __future__ import annotations

import math
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
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    digits, exponent = repr(value), ""
    if "e" in digits:
        digits, exponent = digits.split("e")
        power = int(exponent)
        if -7 <= power < 0:
            return f"{value:.{-power + len(digits.replace('.', '').lstrip('-')) - 1}f}"
        exponent = f"e{'+' if power > 0 else '-'}{abs(power)}"
    return digits + exponent


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
