"""Kenyan mobile numbers: accepted in every shape people type, kept in one, shown masked.

Numbers are portable and ranges grow, so no operator prefix is ever refused.
"""

from __future__ import annotations

import re
from typing import NewType

from lipamita.domain.errors import InvalidInputError

Msisdn = NewType("Msisdn", str)  # 2547XXXXXXXX or 2541XXXXXXXX
MaskedMsisdn = NewType("MaskedMsisdn", str)  # 2547******01

MAX_TYPED_LENGTH = 20
_SEPARATORS = re.compile(r"[ \-()\u00a0]")
_SHAPES = re.compile(r"(?:\+?254|0)?([71][0-9]{8})", re.ASCII)


def parse_msisdn(value: object, *, field: str = "phone_number") -> Msisdn:
    """A phone number as typed: 07.., 01.., 7.., 1.., 254.., +254.., with spaces or dashes.

    Raises InvalidInputError with what was expected; the number itself is not repeated in it.
    """
    expected = "a Kenyan mobile number such as 0712345678 or +254712345678"
    if not isinstance(value, str):
        found = "nothing" if value is None else "a value that is not a string"
        raise InvalidInputError(
            "invalid_phone_number", f"{field} must be {expected}, found {found}", field=field
        )
    typed = value.strip()
    match = (
        _SHAPES.fullmatch(_SEPARATORS.sub("", typed)) if len(typed) <= MAX_TYPED_LENGTH else None
    )
    if match is None:
        raise InvalidInputError("invalid_phone_number", f"{field} is not {expected}", field=field)
    return Msisdn(f"254{match[1]}")


def mask(msisdn: Msisdn) -> MaskedMsisdn:
    """The form that may be stored in views and logs: first four and last two digits."""
    return MaskedMsisdn(f"{msisdn[:4]}******{msisdn[-2:]}")
