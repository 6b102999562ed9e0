"""Ids in the shapes seen on the wire, unique and the same again for the same seed.

CheckoutRequestID: ws_CO_ + DDMMYYYY + HHMMSS (Nairobi) + 1-3 digits + the phone's last nine.
Receipt: year letter, month A-L, day 1-9 then A-V, seven more; upper case.
"""

import string
from collections.abc import Callable
from random import Random

from emulators.daraja.nairobi import eat

_ALPHABET = string.ascii_uppercase + string.digits
_DAYS = "123456789ABCDEFGHIJKLMNOPQRSTUV"
_YEAR_OF_A = 2006
_ATTEMPTS = 1_000

_Draw = Callable[[int], str]


class IdsExhaustedError(RuntimeError):
    """No unused id was found within the bounded number of attempts."""


class Ids:
    """Every id the simulator gives out."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._used: set[str] = set()

    def request(self) -> str:
        """A MerchantRequestID, requestId or OriginatorConversationID, as 29115-34620561-1."""
        return self._unique(
            lambda _: (
                f"{self._random.randint(1_000, 99_999)}-"
                f"{self._random.randint(10_000_000, 199_999_999)}-{self._random.randint(1, 3)}"
            )
        )

    def checkout_request(self, now_ms: int, msisdn: str) -> str:
        """A CheckoutRequestID; guessable, as the real one is."""

        def draw(attempt: int) -> str:
            fraction = (now_ms + attempt) % 1000
            return f"ws_CO_{eat(now_ms).strftime('%d%m%Y%H%M%S')}{fraction}{msisdn[-9:]}"

        return self._unique(draw)

    def receipt(self, now_ms: int) -> str:
        """A receipt number whose first three characters tell the Nairobi date."""
        moment = eat(now_ms)
        year = string.ascii_uppercase[(moment.year - _YEAR_OF_A) % 26]
        dated = f"{year}{string.ascii_uppercase[moment.month - 1]}{_DAYS[moment.day - 1]}"
        return self._unique(lambda _: dated + "".join(self._random.choices(_ALPHABET, k=7)))

    def conversation(self, now_ms: int) -> str:
        """A ConversationID, AG_YYYYMMDD_ and twenty hex digits."""
        date = eat(now_ms).strftime("%Y%m%d")
        return self._unique(lambda _: f"AG_{date}_{self._random.getrandbits(80):020x}")

    def access_token(self) -> str:
        """Twenty-eight letters and digits."""
        alphabet = string.ascii_letters + string.digits
        return self._unique(lambda _: "".join(self._random.choices(alphabet, k=28)))

    def chance(self, percent: int) -> bool:
        """True in `percent` of the draws."""
        return self._random.randrange(100) < percent

    def _unique(self, draw: _Draw) -> str:
        for attempt in range(_ATTEMPTS):
            candidate = draw(attempt)
            if candidate not in self._used:
                self._used.add(candidate)
                return candidate
        raise IdsExhaustedError(f"{_ATTEMPTS} candidates in a row were in use")
