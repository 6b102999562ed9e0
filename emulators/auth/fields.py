"""A JSON object from the wire, read field by field with its type checked."""

from __future__ import annotations

from collections.abc import Mapping

from emulators.auth.errors import bad_json

MAX_ITEMS = 1000
"""Most entries of any list in one request (Identity Toolkit's own batch limit)."""


class Fields:
    """One JSON object. Absent and null read as None; a wrong type is refused."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, Mapping):
            raise bad_json(f"Expected an object, found {type(value).__name__}.")
        self._values: Mapping[str, object] = value

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str | None:
        """A string."""
        value = self._values.get(name)
        if value is None or isinstance(value, str):
            return value
        raise bad_json(f'"{name}" must be a string.')

    def flag(self, name: str) -> bool | None:
        """A boolean."""
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise bad_json(f'"{name}" must be a boolean.')

    def whole(self, name: str) -> int | None:
        """An integer, also as decimal text: Google writes int64 as strings."""
        value = self._values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit():
            return int(value)
        raise bad_json(f'"{name}" must be an integer.')

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; one string alone counts as a list of one."""
        value = self._values.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise bad_json(f'"{name}" must be a list of strings.')
        return tuple(_bounded(name, value))

    def objects(self, name: str) -> tuple[Fields, ...]:
        """A list of objects."""
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise bad_json(f'"{name}" must be a list.')
        return tuple(Fields(item) for item in _bounded(name, value))

    def json(self, name: str) -> object:
        """Whatever stands there, unread."""
        return self._values.get(name)


def _bounded(name: str, items: list[object]) -> list[str]:
    if len(items) > MAX_ITEMS:
        raise bad_json(f'"{name}" holds {len(items)} entries, at most {MAX_ITEMS} are allowed.')
    return items  # type: ignore[return-value]
