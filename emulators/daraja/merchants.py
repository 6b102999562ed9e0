"""Who may charge: short codes, passkeys and the app's keys, generated from the seed."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["paybill", "till"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A short code. For a till, `short_code` is its store number and `party_b` the till number."""

    short_code: str
    party_b: str
    kind: Kind
    name: str
    passkey: str

    @property
    def account(self) -> str:
        """Its account in the book."""
        return f"short_code:{self.short_code}"

    @property
    def transaction_type(self) -> str:
        """The TransactionType that goes with its kind."""
        return "CustomerPayBillOnline" if self.kind == "paybill" else "CustomerBuyGoodsOnline"

    def password(self, timestamp: str) -> str:
        """base64(short code + passkey + timestamp)."""
        return base64.b64encode(f"{self.short_code}{self.passkey}{timestamp}".encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKeys:
    """What an app of the developer portal holds, and its API operator."""

    consumer_key: str
    consumer_secret: str
    initiator_name: str
    initiator_password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Everything a client needs to know to use the simulator."""

    keys: AppKeys
    paybill: Merchant
    till: Merchant


def make_identity(seed: int, organisation: str, given: Mapping[str, str]) -> Identity:
    """Generate from the seed what `given` (short_code, passkey, consumer_*) leaves open."""
    random = Random(f"daraja-identity-{seed}")  # noqa: S311 - made to be reproducible
    keys = AppKeys(
        consumer_key=given.get("consumer_key") or _token(random, 48),
        consumer_secret=given.get("consumer_secret") or _token(random, 64),
        initiator_name="testapi",
        initiator_password=f"Safe{random.randint(100_000, 999_999)}!",
    )
    paybill_code = given.get("short_code") or str(random.randint(600_000, 899_999))
    paybill = Merchant(
        short_code=paybill_code,
        party_b=paybill_code,
        kind="paybill",
        name=organisation,
        passkey=given.get("passkey") or _hex(random),
    )
    till = Merchant(
        short_code=str(random.randint(5_000_000, 5_499_999)),
        party_b=str(random.randint(5_500_000, 5_999_999)),
        kind="till",
        name=organisation,
        passkey=_hex(random),
    )
    return Identity(keys=keys, paybill=paybill, till=till)


def _token(random: Random, length: int) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(random.choices(alphabet, k=length))


def _hex(random: Random) -> str:
    return hashlib.sha256(random.randbytes(32)).hexdigest()
