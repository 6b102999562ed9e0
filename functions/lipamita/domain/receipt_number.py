"""The number on our own receipt: 16 digits in fours, made from the payment's id, the last a check.

16, because the tokens that keypad meters take have 20: nobody should type a receipt into a meter.
"""

from __future__ import annotations

import hashlib

from lipamita.domain.ids import TransactionId

_DIGITS = 15
_GROUP = 4


def receipt_number(transaction_id: TransactionId) -> str:
    """Such as ``4713-0286-9955-1042``; the same for the same payment."""
    digest = hashlib.sha256(f"receipt|{transaction_id}".encode()).digest()
    digits = str(int.from_bytes(digest[:8], "big") % 10**_DIGITS).zfill(_DIGITS)
    number = digits + check_digit(digits)
    return "-".join(number[start : start + _GROUP] for start in range(0, len(number), _GROUP))


def check_digit(digits: str) -> str:
    """Luhn's check digit (ISO/IEC 7812-1, annex B), which finds a wrong digit and most swaps."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)
