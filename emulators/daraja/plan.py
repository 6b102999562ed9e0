"""What is to go wrong with one payment or one request: the values faults fold into."""

from dataclasses import dataclass, field
from typing import Literal

from emulators.daraja.phones import Auto
from emulators.daraja.switches import BalanceItem

QueryShape = Literal[
    "4999",
    "empty_200",
    "being_processed",
    "early_400",
    "not_exist",
    "error_500",
    "spike_arrest",
    "waf",
    "drop",
    "paid",
]
Order = Literal["before", "after"]
MISSING = object()
"""Stands for a member that is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An envelope A to answer with."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayFault:
    """An envelope B to answer with."""

    status: int
    fault: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPlan:
    """The answer to the request itself. Refusals come before anything is accepted."""

    failure: Failure | None = None
    gateway_fault: GatewayFault | None = None
    firewall_status: int | None = None
    token_expired: bool = False
    drop_unprocessed: bool = False
    drop: bool = False
    hold_ms: int = 0
    response_code: str = "0"

    @property
    def refuses(self) -> bool:
        """True when the request must not be processed."""
        return bool(
            self.failure
            or self.gateway_fault
            or self.firewall_status
            or self.token_expired
            or self.drop_unprocessed
            or self.response_code != "0"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPlan:
    """The callback, confirmation or result. `amount`, `code`: any JSON value, or MISSING."""

    none: bool = False
    late_ms: int = 0
    before_response: bool = False
    copies: int = 1
    first_code: str | None = None
    """A failure is told first, the truth after `gap_ms`."""
    last_code: str | None = None
    """A failure is told `gap_ms` after the truth."""
    gap_ms: int = 0
    amount: object = None
    amount_given: bool = False
    code: object = None
    code_given: bool = False
    phone: Literal["plain", "masked", "text", "missing"] | None = None
    balance: BalanceItem | None = None
    queue_timeout: bool = False
    """QueueTimeOutURL is told first, the result follows after `gap_ms`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinPlan:
    """A C2B confirmation of the same receipt beside the STK callback."""

    order: Order
    gap_ms: int
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPlan:
    """How queries about the payment are answered."""

    shapes: tuple[tuple[QueryShape, int], ...] = ()
    contradiction: str | None = None
    dead_until_ms: int | None = None

    def shape_of(self, poll: int) -> QueryShape | None:
        """The shape asked for the `poll`-th query (from 1)."""
        for shape, polls in self.shapes:
            if poll <= polls:
                return shape
            poll -= polls
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePlan:
    """What the payer does, or the code the network ends with, without a person."""

    act: Auto | None = None
    code: str | None = None
    after_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it; the default is a payment where nothing goes wrong."""

    answer: AnswerPlan = field(default_factory=AnswerPlan)
    outcome: OutcomePlan | None = None
    notify: NotifyPlan = field(default_factory=NotifyPlan)
    twin: TwinPlan | None = None
    query: QueryPlan = field(default_factory=QueryPlan)
