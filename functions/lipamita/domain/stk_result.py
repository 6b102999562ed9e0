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


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalRefusal:
    """A code after which this prompt can take no money. ``alarm``: an operator must act."""

    message: str
    alarm: bool = False


FINAL_REFUSALS: dict[str, FinalRefusal] = {
    "1": FinalRefusal(message="The M-PESA balance was too low. Top up and try again."),
    "2": FinalRefusal(message="The amount is below M-PESA's minimum."),
    "3": FinalRefusal(message="The amount is above M-PESA's maximum for one payment."),
    "4": FinalRefusal(message="The payment would pass the day's M-PESA limit."),
    "8": FinalRefusal(message="The payment would pass the account's maximum balance."),
    "17": FinalRefusal(message="M-PESA limits repeated payments. Try again after two minutes."),
    "1001": FinalRefusal(message="Another M-PESA request was open. Try again in two minutes."),
    "1019": FinalRefusal(message="The M-PESA request expired. Nothing was paid; try again."),
    "1025": FinalRefusal(message="M-PESA could not send the request. Try again.", alarm=True),
    "1032": FinalRefusal(message="The payment was cancelled on the phone. Nothing was paid."),
    "1037": FinalRefusal(message="The phone could not be reached or did not answer. Try again."),
    "2001": FinalRefusal(message="The M-PESA PIN was wrong. Nothing was paid; try again."),
    "2028": FinalRefusal(message="Payments are not set up correctly. We were told.", alarm=True),
    "8006": FinalRefusal(message="The M-PESA PIN is locked. Call Safaricom on 100 or 200."),
    "9999": FinalRefusal(message="M-PESA could not send the request. Try again."),
    "SFC_IC0003": FinalRefusal(
        message="Payments are not set up correctly. We were told.", alarm=True
    ),
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
