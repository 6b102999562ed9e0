"""JSON text in and out, one dialect for the whole emulator: no NaN, no infinity, never a crash."""

from __future__ import annotations

import json
from typing import Any

from emulators.rtdb.errors import RequestError

INVALID_JSON = "Invalid data; couldn't parse JSON object, array, or value."

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_pretty = json.JSONEncoder(ensure_ascii=False, indent=2, allow_nan=False).encode
_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def read(text: str | bytes) -> Any:
    """The value of a JSON text; RequestError if it is not one."""
    try:
        return _decode(text.decode("utf-8") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError):
        raise RequestError(INVALID_JSON) from None


def write(value: Any) -> bytes:
    """Compact UTF-8 on one line; unpaired surrogates are escaped."""
    try:
        return _compact(value).encode("utf-8")
    except UnicodeEncodeError:
        return _ascii(value).encode("ascii")


def write_pretty(value: Any) -> bytes:
    """Indented UTF-8 with a final newline."""
    try:
        return (_pretty(value) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return write(value) + b"\n"


def write_ascii(value: Any) -> str:
    """Compact text where everything beyond ASCII is escaped, so that characters are bytes."""
    return _ascii(value)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_decode = json.JSONDecoder(parse_constant=_refuse).decode
