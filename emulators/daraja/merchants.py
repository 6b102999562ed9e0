"""Who may charge: short codes, passkeys and the app's keys, generated from the seed."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    main: Merchant
    """The one of the two that the environment describes; the PayBill when it does not say."""


def make_identity(seed: int, organisation: str, given: Mapping[str, str]) -> Identity:
    """Generate from the seed what `given` (the names of Setup.given) leaves open."""
    random = Random(f"daraja-identity-{seed}")  # noqa: S311 - made to be reproducible
    keys = AppKeys(
        consumer_key=given.get("consumer_key") or _token(random, 48),
        consumer_secret=given.get("consumer_secret") or _token(random, 64),
        initiator_name=given.get("initiator_name") or "testapi",
        initiator_password=given.get("initiator_password")
        or f"Safe{random.randint(100_000, 999_999)}!",
    )
    paybill, till = _paybill(random, organisation), _till(random, organisation)
    main = till if given.get("transaction_type") == "CustomerBuyGoodsOnline" else paybill
    short_code = given.get("short_code") or main.short_code
    own = replace(
        main,
        short_code=short_code,
        party_b=given.get("party_b") or (short_code if main.kind == "paybill" else main.party_b),
        passkey=given.get("passkey") or main.passkey,
    )
    if main is till:
        return Identity(keys=keys, paybill=paybill, till=own, main=own)
    return Identity(keys=keys, paybill=own, till=till, main=own)


def _paybill(random: Random, organisation: str) -> Merchant:
    code = str(random.randint(600_000, 899_999))
    return Merchant(
        short_code=code, party_b=code, kind="paybill", name=organisation, passkey=_hex(random)
    )


def _till(random: Random, organisation: str) -> Merchant:
    return Merchant(
        short_code=str(random.randint(5_000_000, 5_499_999)),
        party_b=str(random.randint(5_500_000, 5_999_999)),
        kind="till",
        name=organisation,
        passkey=_hex(random),
    )


def _token(random: Random, length: int) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(random.choices(alphabet, k=length))


def _hex(random: Random) -> str:
    return hashlib.sha256(random.randbytes(32)).hexdigest()
