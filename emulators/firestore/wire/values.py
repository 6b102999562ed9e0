"""google.firestore.v1.Value into the core's values and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from emulators.firestore.core.names import parse_document
from emulators.firestore.core.values import Fields, GeoPoint, Reference, Timestamp, Value
from emulators.firestore.errors import FirestoreError, invalid
from emulators.firestore.wire.messages import Message

MIN_SECONDS = -62_135_596_800  # 0001-01-01T00:00:00Z
MAX_SECONDS = 253_402_300_799  # 9999-12-31T23:59:59Z


def read_value(message: Message) -> Value:
    """Read one value. Raises INVALID_ARGUMENT for what Firestore would not take."""
    kind = message.WhichOneof("value_type")
    if kind is None:
        raise invalid("Value must have a type.")
    if kind == "null_value":
        return None
    if kind == "map_value":
        return read_fields(message.map_value.fields)
    if kind == "array_value":
        return tuple(read_value(element) for element in message.array_value.values)
    if kind == "timestamp_value":
        return Timestamp(read_time(message.timestamp_value))
    if kind == "reference_value":
        return _reference(message.reference_value)
    if kind == "geo_point_value":
        return _geo_point(message.geo_point_value)
    found = getattr(message, kind)
    if not isinstance(found, (bool, int, float, str, bytes)) or kind not in _PLAIN:
        raise invalid(f"A value of type {kind!r} cannot be stored.")
    return found


_PLAIN = frozenset(
    {"boolean_value", "integer_value", "double_value", "string_value", "bytes_value"}
)


def read_fields(fields: Message) -> Fields:
    """Read a map of values."""
    return {name: read_value(fields[name]) for name in fields}


def read_time(message: Message) -> int:
    """Microseconds since the epoch, rounded down."""
    if not MIN_SECONDS <= message.seconds <= MAX_SECONDS or not 0 <= message.nanos < 10**9:
        raise invalid(
            f"Timestamp {message.seconds} s, {message.nanos} ns is outside of the years 1 to 9999."
        )
    return int(message.seconds) * 1_000_000 + int(message.nanos) // 1_000


def write_time(message: Message, us: int) -> None:
    """Fill a google.protobuf.Timestamp."""
    message.seconds, rest = divmod(us, 1_000_000)
    message.nanos = rest * 1_000


def write_fields(fields: Message, values: Fields) -> None:
    """Fill a map of values."""
    for name, value in values.items():
        write_value(fields[name], value)


def write_value(message: Message, value: Value) -> None:
    """Fill an empty Value."""
    _WRITERS[type(value)](message, value)


def _write_time_value(message: Message, value: Timestamp) -> None:
    message.timestamp_value.SetInParent()
    write_time(message.timestamp_value, value.us)


def _write_geo_point(message: Message, value: GeoPoint) -> None:
    message.geo_point_value.SetInParent()
    message.geo_point_value.latitude = value.latitude
    message.geo_point_value.longitude = value.longitude


def _write_array(message: Message, value: tuple[Value, ...]) -> None:
    message.array_value.SetInParent()
    for element in value:
        write_value(message.array_value.values.add(), element)


def _write_map(message: Message, value: Fields) -> None:
    message.map_value.SetInParent()
    write_fields(message.map_value.fields, value)


def _plain(kind: str) -> Callable[[Message, Any], None]:
    return lambda message, value: setattr(message, kind, value)


_WRITERS: dict[type, Callable[[Message, Any], None]] = {
    type(None): lambda message, _: setattr(message, "null_value", 0),
    bool: _plain("boolean_value"),
    int: _plain("integer_value"),
    float: _plain("double_value"),
    Timestamp: _write_time_value,
    str: _plain("string_value"),
    bytes: _plain("bytes_value"),
    Reference: lambda message, value: setattr(message, "reference_value", value.name),
    GeoPoint: _write_geo_point,
    tuple: _write_array,
    dict: _write_map,
}


def _reference(name: str) -> Reference:
    """Values in documents and filters name documents; their ids are not checked further."""
    if not name.startswith("projects/"):
        try:
            parse_document(name)
        except FirestoreError as error:
            raise invalid(f"Invalid reference: {error.message}") from error
    return Reference(name)


def _geo_point(message: Message) -> GeoPoint:
    latitude, longitude = message.latitude, message.longitude
    if math.isnan(latitude) or not -90 <= latitude <= 90:
        raise invalid(f"Latitude {latitude} is not within [-90, 90].")
    if math.isnan(longitude) or not -180 <= longitude <= 180:
        raise invalid(f"Longitude {longitude} is not within [-180, 180].")
    return GeoPoint(latitude, longitude)
