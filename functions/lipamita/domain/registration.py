"""What staff tell about meters, sites and tenants, and the parsers that let nothing else in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from lipamita.domain.errors import ForbiddenError, InvalidInputError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller

KINDS = ("esp32", "tuya")
MAX_NAME = 80
_PLAIN_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A meter as it is registered. Its account number stays its own for all time."""

    meter_id: MeterId
    name: str
    kind: str
    tariff_id: str
    site_id: str | None = None
    owner_uid: Uid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An estate or building."""

    site_id: str
    name: str


def check_staff(caller: Caller) -> None:
    """Raises ForbiddenError (staff_only) for anybody but an operator or an admin."""
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")


def check_admin(caller: Caller) -> None:
    """Raises ForbiddenError (admin_only) for anybody but an admin."""
    if not caller.is_admin:
        raise ForbiddenError("admin_only", "only an admin may do this")


def parse_name(value: object, *, field: str = "name") -> str:
    """1 to 80 visible characters, without spaces at the ends. Raises InvalidInputError."""
    fits = isinstance(value, str) and len(value) <= MAX_NAME and value.strip() != ""
    if not isinstance(value, str) or not fits or _unprintable(value):
        raise _invalid(field, f"a text of 1 to {MAX_NAME} characters")
    return value.strip()


def parse_kind(value: object, *, field: str = "kind") -> str:
    """How energy is delivered. Raises InvalidInputError."""
    if value not in KINDS:
        raise _invalid(field, f"one of {', '.join(KINDS)}")
    return str(value)


def parse_plain_id(value: object, *, field: str) -> str:
    """The id of a tariff or site, e.g. ``domestic``. Raises InvalidInputError."""
    if not isinstance(value, str) or not _PLAIN_ID.fullmatch(value):
        raise _invalid(field, "1 to 63 small letters, digits, - and _")
    return value


def _unprintable(text: str) -> bool:
    """Control characters, and halves of surrogate pairs, which UTF-8 cannot carry."""
    return any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


def _invalid(field: str, expected: str) -> InvalidInputError:
    return InvalidInputError(f"invalid_{field}", f"{field} must be {expected}", field=field)
