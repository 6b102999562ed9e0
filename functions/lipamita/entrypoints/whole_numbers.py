"""Whole numbers in bodies and parameters: in range, and never rounded or guessed."""

from __future__ import annotations

from flask import Request

from lipamita.domain.errors import InvalidInputError

MAX_TIME_MS = 4_102_444_800_000  # 2100
_MAX_DIGITS = 16


def parse_whole(value: object, *, field: str, least: int = 1, most: int) -> int:
    """A JSON integer from ``least`` to ``most``. Raises InvalidInputError, naming the field."""
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    if not isinstance(value, int) or not fits:
        raise InvalidInputError(
            f"invalid_{field}",
            f"{field} must be a whole number from {least} to {most}",
            field=field,
        )
    return value


def whole_parameter(request: Request, name: str, *, most: int) -> int:
    """A query parameter of plain digits. Raises InvalidInputError, naming it."""
    text = request.args.get(name, "")
    plain = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return parse_whole(int(text) if plain else None, field=name, least=0, most=most)
