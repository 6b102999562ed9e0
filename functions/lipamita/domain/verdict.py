"""What a decision about a payment has to say: the payment, claims, reviews and alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.payment import Payment
from lipamita.domain.prompt import Prompt
from lipamita.domain.units import Kes


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something an operator must see. ``kind`` is a closed set of words, see docs/operations.md."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Money, or a doubt about it, that waits for a person.

    ``belongs_to`` names the payment whose prompt it was, if that is not the one it was told of.
    """

    reason: str
    receipt: Receipt | None
    amount_kes: Kes | None
    evidence_id: str
    belongs_to: TransactionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to write: claim the receipts first, then the reviews, then the payment."""

    payment: Payment
    claims: tuple[Receipt, ...] = ()
    reviews: tuple[Review, ...] = ()
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What stands elsewhere about the things that callbacks name.

    ``prompt``: this payment's own, once the push's answer is known. ``adopted``: the id that stands
    for it until then, the first that a callback named here and that was nobody's.
    ``prompt_owners``: whose the other prompts are. ``claimed_elsewhere``: receipts that already
    paid for another transaction. ``twins``: those of them that stand for the same money, confirmed
    by hand for the same meter and amount.
    """

    prompt: Prompt | None = None
    adopted: str | None = None
    prompt_owners: Mapping[str, TransactionId] = field(default_factory=dict)
    claimed_elsewhere: frozenset[Receipt] = frozenset()
    twins: Mapping[Receipt, TransactionId] = field(default_factory=dict)


NOTHING_KNOWN = Known()
