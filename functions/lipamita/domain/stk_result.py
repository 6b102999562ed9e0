"""STK result codes: a closed list of final ones. Everything else is "not known yet".

Source: Safaricom's Daraja documentation of M-PESA Express, and codes seen in real callbacks and
queries. Codes are mapped, never their prose, which differs by channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PAID_CODE = "0"


class Outcome(StrEnum):
    """What a result code says about the money."""

    PAID = "paid"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Retry(StrEnum):
    """Honest advice on whether paying again makes sense."""

    NOW = "now"
    LATER = "later"  # after two minutes, or when something has changed
    NO = "no"  # not before somebody has mended something


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalRefusal:
    """A code after which this prompt can take no money. ``alarm``: an operator must act."""

    message: str
    swahili: str
    retry: Retry
    alarm: bool = False


_SETUP = FinalRefusal(
    message="Payments are not set up correctly. We were told.",
    swahili="Malipo hayajawekwa vizuri. Tumearifiwa.",
    retry=Retry.NO,
    alarm=True,
)
FINAL_REFUSALS: dict[str, FinalRefusal] = {
    "1": FinalRefusal(
        message="The M-PESA balance was too low. Top up and try again.",
        swahili="Salio la M-PESA halitoshi. Ongeza pesa kisha ujaribu tena.",
        retry=Retry.LATER,
    ),
    "2": FinalRefusal(
        message="The amount is below M-PESA's minimum.",
        swahili="Kiasi ni kidogo kuliko kiwango cha chini cha M-PESA.",
        retry=Retry.NOW,
    ),
    "3": FinalRefusal(
        message="The amount is above M-PESA's maximum for one payment.",
        swahili="Kiasi kinazidi kiwango cha juu cha malipo moja ya M-PESA.",
        retry=Retry.NOW,
    ),
    "4": FinalRefusal(
        message="The payment would pass the day's M-PESA limit.",
        swahili="Malipo haya yangezidi kiwango cha siku cha M-PESA.",
        retry=Retry.LATER,
    ),
    "8": FinalRefusal(
        message="The payment would pass the account's maximum balance.",
        swahili="Malipo haya yangezidi salio la juu la akaunti.",
        retry=Retry.LATER,
    ),
    "17": FinalRefusal(
        message="M-PESA limits repeated payments. Try again after two minutes.",
        swahili="M-PESA huzuia malipo yanayorudiwa. Jaribu tena baada ya dakika mbili.",
        retry=Retry.LATER,
    ),
    "1001": FinalRefusal(
        message="Another M-PESA request was open. Try again in two minutes.",
        swahili="Ombi lingine la M-PESA lilikuwa wazi. Jaribu tena baada ya dakika mbili.",
        retry=Retry.LATER,
    ),
    "1019": FinalRefusal(
        message="The M-PESA request expired. Nothing was paid; try again.",
        swahili="Muda wa ombi la M-PESA uliisha. Hakuna kilicholipwa; jaribu tena.",
        retry=Retry.NOW,
    ),
    "1025": FinalRefusal(
        message="M-PESA could not send the request. Try again.",
        swahili="M-PESA haikuweza kutuma ombi. Jaribu tena.",
        retry=Retry.NOW,
        alarm=True,
    ),
    "1032": FinalRefusal(
        message="The payment was cancelled on the phone. Nothing was paid.",
        swahili="Malipo yalighairiwa kwenye simu. Hakuna kilicholipwa.",
        retry=Retry.NOW,
    ),
    "1037": FinalRefusal(
        message="The phone could not be reached or did not answer. Try again.",
        swahili="Simu haikupatikana au haikujibu. Jaribu tena.",
        retry=Retry.NOW,
    ),
    "2001": FinalRefusal(
        message="The M-PESA PIN was wrong. Nothing was paid; try again.",
        swahili="PIN ya M-PESA haikuwa sahihi. Hakuna kilicholipwa; jaribu tena.",
        retry=Retry.NOW,
    ),
    "2028": _SETUP,
    "8006": FinalRefusal(
        message="The M-PESA PIN is locked. Call Safaricom on 100 or 200.",
        swahili="PIN ya M-PESA imefungwa. Piga simu Safaricom kwa 100 au 200.",
        retry=Retry.NO,
    ),
    "9999": FinalRefusal(
        message="M-PESA could not send the request. Try again.",
        swahili="M-PESA haikuweza kutuma ombi. Jaribu tena.",
        retry=Retry.NOW,
    ),
    "SFC_IC0003": _SETUP,
}


def canonical_code(value: object) -> str | None:
    """A ResultCode as one string: the callback sends a number, the query a string.

    Only integers and strings are codes. True, 0.0, null and a missing code are None: they say
    nothing, and must never be read as 0.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and value else None


def outcome(code: str | None) -> Outcome:
    """What the code says. Only the string ``0`` is paid; only listed codes are refusals."""
    if code == PAID_CODE:
        return Outcome.PAID
    return Outcome.REFUSED if code in FINAL_REFUSALS else Outcome.UNKNOWN
