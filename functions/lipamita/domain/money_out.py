"""Money that leaves: what is asked of Daraja, what it answers, and what it tells later.

An answer to the request says only whether it was taken. The result comes later, to a secret path.
A lost answer, QueueTimeOut and every code that is in no list mean "not known": the money may be
on its way, so nothing is ever sent a second time under one own id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import Receipt
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes, Millis

PAID_CODE = "0"
COMPLETED = "completed"
# Result codes of B2C and Reversal after which no money moved (Daraja documentation). R000001, an
# original that was reversed already, is not among them: it may have been our own lost request.
FINAL_REFUSALS = frozenset(
    {
        *("1", "2", "3", "4", "8", "11", "21", "2001", "2006", "2028", "2040", "8006"),
        *("R000002", "SFC_IC0003"),
    }
)


class Method(StrEnum):
    """How money goes back."""

    REVERSAL = "reversal"  # all of a receipt, to whoever paid it
    PAYOUT = "payout"  # B2C, any amount, to a phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """One B2C payment. ``own_id`` is its OriginatorConversationID: Daraja takes it once."""

    own_id: str
    amount_kes: Kes
    msisdn: Msisdn
    remarks: str
    result_url: str
    timeout_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """One reversal of a receipt, whole."""

    receipt: Receipt
    amount_kes: Kes
    remarks: str
    result_url: str
    timeout_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusQuestion:
    """Transaction Status by a receipt, or by the conversation id that money out was taken under."""

    remarks: str
    result_url: str
    timeout_url: str
    conversation_id: str | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Daraja took the request; its result is on its way."""

    originator_conversation_id: str | None
    conversation_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Daraja refused for certain, or was never reached: no money moves."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """No answer, or none that settles whether the request was taken. Never send it again."""

    why: str


SendAnswer = Taken | NotTaken | Unclear


class ResultKind(StrEnum):
    """Which of our questions a result answers."""

    SENT = "sent"
    TIMEOUT = "timeout"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTold:
    """A result as it was POSTed, parsed. None where it cannot be read or was not told.

    ``amount_kes`` and ``receipt`` are those of the money that moved, ``status`` is the word of a
    Transaction Status in lower case. ``code`` is None for a body that is no result at all.
    """

    evidence_id: str
    kind: ResultKind
    attempt: int
    received_at_ms: Millis
    code: str | None
    description: str
    originator_conversation_id: str | None
    receipt: Receipt | None
    amount_kes: Kes | None
    status: str | None = None


class Word(StrEnum):
    """What a result means for the money."""

    PAID = "paid"
    REFUSED = "refused"
    NOT_KNOWN = "not known"


def meaning(told: ResultTold) -> Word:
    """What a result says became of the money that was to leave.

    A Transaction Status that knows nothing of it proves nothing, and a timeout is not a failure.
    """
    if told.kind is ResultKind.TIMEOUT:
        return Word.NOT_KNOWN
    if told.kind is ResultKind.STATUS:
        found = told.code == PAID_CODE and told.status == COMPLETED
        return Word.PAID if found else Word.NOT_KNOWN
    if told.code == PAID_CODE:
        return Word.PAID
    return Word.REFUSED if told.code in FINAL_REFUSALS else Word.NOT_KNOWN
