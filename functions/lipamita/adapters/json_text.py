"""JSON that others sent: decimals exact, nothing that is not JSON, never an exception."""

from __future__ import annotations

import json
from decimal import Decimal


def json_object(body: bytes) -> dict[str, object] | None:
    """The object in the body, with decimals as Decimal; None for anything else."""
    try:
        node = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):  # Decimal refuses 1e99999999999999999999
        return None
    return node if isinstance(node, dict) else None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
