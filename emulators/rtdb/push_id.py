"""Push ids: 20 characters that sort by the time they were made.

8 characters of milliseconds since the epoch, then 12 random ones that are counted up within one
millisecond (firebase-js-sdk core/util/NextPushId.ts).
"""

from __future__ import annotations

from collections.abc import Callable

ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"

_RANDOM_BITS = 72


class PushIds:
    """Makes ids; `random_bits(n)` returns an integer of n random bits."""

    def __init__(self, random_bits: Callable[[int], int]) -> None:
        self._random_bits = random_bits
        self._last_ms = -1
        self._random = 0

    def next(self, now_ms: int) -> str:
        """A new id, greater than all before it made at `now_ms` or earlier."""
        if now_ms > self._last_ms:
            self._last_ms = now_ms
            self._random = self._random_bits(_RANDOM_BITS)
        else:
            self._random = (self._random + 1) % (1 << _RANDOM_BITS)
        return _base64(self._last_ms, 8) + _base64(self._random, 12)


def _base64(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 6 * place & 63] for place in reversed(range(length)))
