"""Reading control requests: a table of fields in, checked values out, or the field at fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_REQUIRED = object()


class BadInputError(ValueError):
    """A control request that cannot be understood: HTTP 400."""

    def __init__(self, field: str | None, message: str, code: str = "invalid_field") -> None:
        super().__init__(message)
        self.field = field
        self.code = code


class NotFoundError(LookupError):
    """A control request about something that does not exist: HTTP 404."""


class Check(Protocol):
    """Tells whether a JSON value will do, and how to say what would."""

    def takes(self, value: object) -> bool: ...

    @property
    def wanted(self) -> str: ...


class Whole:
    """An integer within bounds (a boolean is not one)."""

    def __init__(self, lowest: int, highest: int) -> None:
        self._range = (lowest, highest)

    def takes(self, value: object) -> bool:
        return type(value) is int and self._range[0] <= value <= self._range[1]

    @property
    def wanted(self) -> str:
        return f"a whole number from {self._range[0]} to {self._range[1]}"


class Text:
    """A string within length bounds."""

    def __init__(self, shortest: int, longest: int) -> None:
        self._range = (shortest, longest)

    def takes(self, value: object) -> bool:
        return isinstance(value, str) and self._range[0] <= len(value) <= self._range[1]

    @property
    def wanted(self) -> str:
        return f"text of {self._range[0]} to {self._range[1]} characters"


class Code(Text):
    """A result or error code, always as text."""

    def __init__(self) -> None:
        super().__init__(1, 40)


class Choice:
    """One of some values."""

    def __init__(self, *values: object) -> None:
        self._values = values

    def takes(self, value: object) -> bool:
        return any(type(value) is type(known) and value == known for known in self._values)

    @property
    def wanted(self) -> str:
        return "one of " + ", ".join(repr(value) for value in self._values)


class Anything:
    """Any JSON value."""

    wanted = "any JSON value"

    def takes(self, value: object) -> bool:
        del value
        return True


class Structure:
    """A JSON object."""

    wanted = "an object"

    def takes(self, value: object) -> bool:
        return isinstance(value, Mapping)


ANYTHING = Anything()


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a request; without a default it is required."""

    check: Check
    default: object = _REQUIRED


def read(
    given: Mapping[str, object], fields: Mapping[str, Field], where: str = ""
) -> dict[str, object]:
    """The checked values of `fields`, defaults filled in; no other member is allowed."""
    prefix = f"{where}." if where else ""
    for name in given:
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise BadInputError(f"{prefix}{name}", f"unknown field {prefix}{name}; known: {known}")
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name not in given:
            if field.default is _REQUIRED:
                raise BadInputError(f"{prefix}{name}", f"{prefix}{name} is required")
            values[name] = field.default
        elif not field.check.takes(given[name]):
            message = f"{prefix}{name} must be {field.check.wanted}, not {given[name]!r}"
            raise BadInputError(f"{prefix}{name}", message[:500])
        else:
            values[name] = given[name]
    return values
