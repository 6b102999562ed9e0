"""Secrets that people type: Crockford's base 32 with a check character, in groups.

Letters I, L, O and U are not used; when typed, I and L count as 1 and O as 0. The last character is
Luhn's check modulo 32, so that one wrong character, and most exchanged neighbours, are noticed
before the secret is tried. Source: Crockford, "Base 32"; ISO/IEC 7812-1, annex B, generalised.
"""

from __future__ import annotations

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TYPED = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})
_BASE = len(ALPHABET)


def draw(characters: int, random_bytes: Callable[[int], bytes]) -> str:
    """A secret of that many characters, the last one the check: 5 bits of chance for each other."""
    body = "".join(ALPHABET[byte % _BASE] for byte in random_bytes(characters - 1))
    return body + check_character(body)


def typed(text: str, *, characters: int) -> str | None:
    """The secret as it was drawn, from what somebody typed; None when it cannot be one."""
    # ASCII alone: other alphabets have letters whose capital is one of ours.
    if not text.isascii():
        return None
    plain = text.upper().translate(_TYPED)
    if len(plain) != characters or any(letter not in ALPHABET for letter in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None


def check_character(body: str) -> str:
    """Luhn's check of the characters before it."""
    total = 0
    for place, letter in enumerate(reversed(body)):
        value = ALPHABET.index(letter)
        if place % 2 == 0:
            value = sum(divmod(value * 2, _BASE))
        total += value
    return ALPHABET[-total % _BASE]


def in_groups(secret: str, *, of: int) -> str:
    """As printed: ``7ZK4M-...``."""
    return "-".join(secret[start : start + of] for start in range(0, len(secret), of))
