"""Values as the JSON of Firestore's REST API: {"integerValue": "1"}."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from emulators.firestore.core.values import Fields, GeoPoint, Reference, Timestamp, Value

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class ValueJsonError(Exception):
    """The JSON is no value; the message says what was found."""


def to_json(value: Value) -> dict[str, object]:
    """One value."""
    kind, write = _WRITERS[type(value)]
    return {kind: write(value)}


def fields_to_json(fields: Fields) -> dict[str, object]:
    """All fields of a document or a map."""
    return {name: to_json(value) for name, value in fields.items()}


def from_json(found: object) -> Value:
    """The opposite of `to_json`. Raises ValueJsonError."""
    if not isinstance(found, dict) or len(found) != 1:
        raise ValueJsonError(f"expected an object with one typed value, found {found!r:.80}")
    [(kind, inner)] = found.items()
    try:
        return _READERS[kind](inner)
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise ValueJsonError(f"{kind} {inner!r:.80} is not valid") from error


def fields_from_json(found: object) -> Fields:
    """The opposite of `fields_to_json`. Raises ValueJsonError."""
    if not isinstance(found, dict):
        raise ValueJsonError(f"expected an object of fields, found {found!r:.80}")
    return {str(name): from_json(value) for name, value in found.items()}


def time_to_json(us: int) -> str:
    """Microseconds since the epoch as RFC 3339 in UTC."""
    return (EPOCH + us * _MICROSECOND).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def time_from_json(found: object) -> int:
    """The opposite of `time_to_json`. Raises ValueJsonError."""
    try:
        return (datetime.fromisoformat(str(found)) - EPOCH) // _MICROSECOND
    except (TypeError, ValueError) as error:
        raise ValueJsonError(f"{found!r:.80} is no time with a zone") from error


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _array(found: object) -> Value:
    if not isinstance(found, Mapping):
        raise ValueJsonError(f"expected an array's values, found {found!r:.80}")
    return tuple(from_json(element) for element in found.get("values", ()))


_WRITERS: dict[type, tuple[str, Callable[[Any], object]]] = {
    type(None): ("nullValue", lambda _: None),
    bool: ("booleanValue", lambda value: value),
    int: ("integerValue", str),
    float: ("doubleValue", lambda value: value if math.isfinite(value) else _special(value)),
    Timestamp: ("timestampValue", lambda value: time_to_json(value.us)),
    str: ("stringValue", lambda value: value),
    bytes: ("bytesValue", lambda value: base64.b64encode(value).decode()),
    Reference: ("referenceValue", lambda value: value.name),
    GeoPoint: (
        "geoPointValue",
        lambda value: {"latitude": value.latitude, "longitude": value.longitude},
    ),
    tuple: ("arrayValue", lambda value: {"values": [to_json(each) for each in value]}),
    dict: ("mapValue", lambda value: {"fields": fields_to_json(value)}),
}
_READERS: dict[str, Callable[[Any], Value]] = {
    "nullValue": lambda _: None,
    "booleanValue": bool,
    "integerValue": int,
    "doubleValue": float,
    "timestampValue": lambda found: Timestamp(time_from_json(found)),
    "stringValue": str,
    "bytesValue": lambda found: base64.b64decode(found, validate=True),
    "referenceValue": lambda found: Reference(str(found)),
    "geoPointValue": lambda found: GeoPoint(float(found["latitude"]), float(found["longitude"])),
    "arrayValue": _array,
    "mapValue": lambda found: fields_from_json(found.get("fields", {})),
}
