"""The payers' phones: wallet, PIN, the one open prompt, the SMS inbox."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

MAX_PHONES = 100_000
MAX_SMS = 200
PIN_ATTEMPTS = 3

Auto = Literal["none", "pay", "cancel", "ignore", "wrong_pin", "expire"]

_MSISDN = re.compile(r"254[71][0-9]{8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What stands on the screen of the phone."""

    checkout_request_id: str
    text: str
    amount: int
    organisation: str
    account_reference: str
    shown_at_ms: int
    expires_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A message of MPESA to the payer."""

    at_ms: int
    text: str


@dataclass(slots=True, kw_only=True)
class Phone:
    """One line. `auto` answers prompts without a person, after `auto_delay_ms`."""

    msisdn: str
    pin: str
    name: tuple[str, str, str]
    auto: Auto = "none"
    auto_delay_ms: int = 0
    wrong_pins: int = 0
    prompt: Prompt | None = None
    sms: deque[Sms] = field(default_factory=lambda: deque(maxlen=MAX_SMS))

    @property
    def account(self) -> str:
        """Its wallet in the book."""
        return f"wallet:{self.msisdn}"

    @property
    def locked(self) -> bool:
        """True after PIN_ATTEMPTS wrong PINs in a row."""
        return self.wrong_pins >= PIN_ATTEMPTS


def is_msisdn(text: str) -> bool:
    """2547XXXXXXXX or 2541XXXXXXXX."""
    return _MSISDN.fullmatch(text) is not None


def mask(msisdn: str) -> str:
    """254708***430, as rolled out in 2026."""
    return f"{msisdn[:6]}***{msisdn[-3:]}"


class Phones:
    """Every phone by its msisdn."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def get(self, msisdn: str) -> Phone | None:
        """The phone, or None when nobody has it yet."""
        return self._phones.get(msisdn)

    def add(self, phone: Phone) -> Phone:
        """Put a new phone on the network."""
        if len(self._phones) >= MAX_PHONES:
            raise RuntimeError(f"{MAX_PHONES} phones are enough; reset the simulator")
        self._phones[phone.msisdn] = phone
        return phone
