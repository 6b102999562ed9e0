"""Identifiers: how each is made, and the parser that must pass before one becomes a path.

| id              | shape                                                        |
|-----------------|--------------------------------------------------------------|
| transaction_id  | push id: 20 characters, 8 of time and 12 of chance           |
| meter_id        | 3 to 12 of A-Z 0-9 -, not at the ends, e.g. MTR-001          |
| uid             | 1 to 128 of A-Z a-z 0-9 _ : @ -                              |
| path key        | 32 hex characters of HMAC-SHA256(secret, what it is for)     |
| receipt         | M-Pesa's own: 8 to 16 upper-case letters and digits          |
| idempotency key | 1 to 128 printable characters; stored as its SHA-256         |
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import NewType

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.units import Millis

TransactionId = NewType("TransactionId", str)
MeterId = NewType("MeterId", str)
Uid = NewType("Uid", str)
Receipt = NewType("Receipt", str)

RandomBytes = Callable[[int], bytes]

# Safaricom refuses URLs with these words in them, in any case (Daraja, C2B register URL).
REFUSED_WORDS = ("mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query")
_MAX_TRIES = 16
_PUSH_ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_PUSH_TIME_CHARACTERS = 8
_PUSH_RANDOM_CHARACTERS = 12
_PUSH_ID = re.compile(r"[-0-9A-Z_a-z]{20}", re.ASCII)
_METER_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{1,10}[A-Z0-9]", re.ASCII)
# Accounts' ids, and the most that may come into a path of the database from outside: the SDK puts a
# path into an address as it is, where % ? and others would name another place.
PATH_SAFE = r"[A-Za-z0-9_:@-]{1,128}"
_PATH_SAFE = re.compile(PATH_SAFE, re.ASCII)
_RECEIPT = re.compile(r"[A-Z0-9]{8,16}", re.ASCII)
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,128}", re.ASCII)
_PATH_KEY_BYTES = 16
_EVIDENCE_ID_CHARACTERS = 32


def new_transaction_id(now_ms: Millis, random_bytes: RandomBytes) -> TransactionId:
    """A push id (firebase-js-sdk NextPushId.ts): ids sort by the time they were made.

    It becomes part of a callback's path, so chance is drawn again if it spells a refused word.
    """
    left, time_part = int(now_ms), ""
    for _ in range(_PUSH_TIME_CHARACTERS):
        left, digit = divmod(left, len(_PUSH_ALPHABET))
        time_part = _PUSH_ALPHABET[digit] + time_part
    made = time_part
    for _ in range(_MAX_TRIES):
        chance = random_bytes(_PUSH_RANDOM_CHARACTERS)
        made = time_part + "".join(_PUSH_ALPHABET[byte & 63] for byte in chance)
        if not any(word in made.lower() for word in REFUSED_WORDS):
            break
    return TransactionId(made)


def parse_transaction_id(value: object, *, field: str = "transaction_id") -> TransactionId:
    """A transaction id from a path or body. Raises InvalidInputError."""
    if not isinstance(value, str) or not _PUSH_ID.fullmatch(value):
        raise InvalidInputError(
            "invalid_transaction_id",
            f"{field} must be 20 characters of letters, digits, - and _",
            field=field,
        )
    return TransactionId(value)


def parse_meter_id(value: object, *, field: str = "meter_id") -> MeterId:
    """A meter id exactly as registered, e.g. ``MTR-001``. Raises InvalidInputError."""
    if not isinstance(value, str) or not _METER_ID.fullmatch(value):
        raise InvalidInputError(
            "invalid_meter_id",
            f"{field} must be a meter number such as MTR-001 (3 to 12 capital letters, digits, -)",
            field=field,
        )
    return MeterId(value)


def parse_new_meter_id(value: object, *, field: str = "meter_id") -> MeterId:
    """A meter id that may be registered. Raises InvalidInputError.

    No plain number: the database shows nodes with such keys as a list.
    """
    meter_id = parse_meter_id(value, field=field)
    if meter_id.isdecimal():
        raise InvalidInputError(
            "invalid_meter_id",
            f"{field} must have a letter or a dash in it, such as M-{meter_id[-10:]}",
            field=field,
        )
    return meter_id


def is_path_safe(value: object) -> bool:
    """Whether it may be an account's id, or another part of a path of the database."""
    return isinstance(value, str) and _PATH_SAFE.fullmatch(value) is not None


def parse_uid(value: object, *, field: str) -> Uid:
    """The id of an account. Raises InvalidInputError."""
    if not isinstance(value, str) or not is_path_safe(value):
        raise InvalidInputError(
            f"invalid_{field}",
            f"{field} must be an account's id: 1 to 128 letters, digits and _ : @ -",
            field=field,
        )
    return Uid(value)


def account_reference(account: str) -> str:
    """What the payer reads in the prompt and the SMS: at most 12 letters and digits."""
    return account.replace("-", "")


def parse_receipt(value: object) -> Receipt | None:
    """An M-Pesa receipt number, or None when the value cannot be one."""
    if not isinstance(value, str):
        return None
    cleaned = value.strip().upper()
    return Receipt(cleaned) if _RECEIPT.fullmatch(cleaned) else None


def require_receipt(value: object) -> Receipt:
    """The receipt number in a request's field ``receipt``. Raises InvalidInputError."""
    receipt = parse_receipt(value)
    if receipt is None:
        raise InvalidInputError(
            "invalid_receipt", "receipt must be an M-PESA receipt number", field="receipt"
        )
    return receipt


def parse_idempotency_key(value: object) -> str:
    """The Idempotency-Key header: 1 to 128 printable characters. Raises InvalidInputError."""
    if not isinstance(value, str) or not _IDEMPOTENCY_KEY.fullmatch(value):
        raise InvalidInputError(
            "invalid_idempotency_key",
            "header Idempotency-Key must be 1 to 128 printable characters without spaces, "
            "a new one for each purchase and the same one when repeating a request",
            field="Idempotency-Key",
        )
    return value


def sha256_hex(text: str) -> str:
    """Lower-case hex SHA-256 of the UTF-8 text: a database key for text with any characters."""
    return hashlib.sha256(text.encode()).hexdigest()


def evidence_id(body: bytes) -> str:
    """The key under which a callback body is stored: the same body is the same evidence."""
    return hashlib.sha256(body).hexdigest()[:_EVIDENCE_ID_CHARACTERS]


def path_key(secret: str, label: str) -> str:
    """The secret part of a path that Safaricom is given: 128 bits of HMAC-SHA256, in hex.

    Hex, because it can spell none of the words that Safaricom refuses in a URL.
    """
    digest = hmac.new(secret.encode(), label.encode(), hashlib.sha256).digest()
    return digest[:_PATH_KEY_BYTES].hex()


def is_path_key(secret: str, label: str, key: str) -> bool:
    """Whether the key belongs to the label, compared in constant time."""
    expected = path_key(secret, label)
    return hmac.compare_digest(expected.encode(), key.encode("utf-8", "surrogatepass"))
