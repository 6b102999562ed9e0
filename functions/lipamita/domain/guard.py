"""Before a push: is another prompt open on that phone, and is somebody asking too often?

Safaricom locks a subscriber while a prompt is open, and a second tap means the same purchase. So
one prompt is open per phone: a repeat of the same purchase within seconds is answered with the
first, anything else waits. Rates are kept as one number each (GCRA: the time at which the next
request would be on schedule), so a limit costs one small compare-and-set whatever its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.payment import OPEN, Status
from lipamita.domain.units import MINUTE_MS, SECOND_MS, Kes, Millis

PROMPT_LIFE_MS = 75 * SECOND_MS  # a prompt ends after about 60 s; its callback takes some more
DOUBLE_TAP_MS = 10 * SECOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePrompt:
    """The last push to one phone."""

    transaction_id: TransactionId
    user_id: Uid
    account: str  # the meter, or the order
    amount_kes: Kes
    created_at_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Whether a phone may be prompted: yes, or it is the purchase ``same_as``, or wait."""

    same_as: TransactionId | None = None
    wait_ms: int = 0


def clear_phone(
    standing: PhonePrompt | None,
    standing_status: Status | None,
    wanted: PhonePrompt,
) -> Clearance:
    """Decide for ``wanted``, given the last push to that phone and how its payment stands.

    ``standing_status`` is None for a payment that was not stored (yet).
    """
    if standing is None or standing.transaction_id == wanted.transaction_id:
        return Clearance()
    age_ms = wanted.created_at_ms - standing.created_at_ms
    is_open = standing_status is None or standing_status in OPEN
    if not is_open or age_ms >= PROMPT_LIFE_MS:
        return Clearance()
    same = (standing.user_id, standing.account, standing.amount_kes) == (
        wanted.user_id,
        wanted.account,
        wanted.amount_kes,
    )
    if same and standing_status is not None and 0 <= age_ms < DOUBLE_TAP_MS:
        return Clearance(same_as=standing.transaction_id)
    return Clearance(wait_ms=PROMPT_LIFE_MS - age_ms)


class RateKind(StrEnum):
    """Who is counted."""

    USER = "user"
    PHONE = "phone"
    METER = "meter"
    ORDER = "order"  # orders of one person
    CLAIM = "claim"  # boards that claim one meter's number
    NOTICE = "notice"  # what one person is told; its rate is in domain/customer_notice.py
    ADDRESS = "address"  # whoever claims from one address


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most ``count`` requests in any ``per_ms``, and as many at once."""

    count: int
    per_ms: int

    @property
    def interval_ms(self) -> int:
        """The time one request uses up."""
        return self.per_ms // self.count


RATES = {
    RateKind.USER: Rate(count=20, per_ms=10 * MINUTE_MS),
    RateKind.PHONE: Rate(count=10, per_ms=10 * MINUTE_MS),
    RateKind.METER: Rate(count=20, per_ms=10 * MINUTE_MS),
    RateKind.ORDER: Rate(count=10, per_ms=10 * MINUTE_MS),
    RateKind.CLAIM: Rate(count=20, per_ms=10 * MINUTE_MS),
    RateKind.ADDRESS: Rate(count=60, per_ms=10 * MINUTE_MS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The next number to store, or how long to wait."""

    on_schedule_at_ms: Millis
    wait_ms: int = 0


def admit(rate: Rate, on_schedule_at_ms: Millis | None, *, now_ms: Millis) -> Admission:
    """Let one more request in at that rate, or say when the next one may come."""
    due_ms = max(on_schedule_at_ms or 0, now_ms)
    tolerance_ms = rate.interval_ms * (rate.count - 1)
    wait_ms = due_ms - tolerance_ms - now_ms
    if wait_ms > 0:
        return Admission(on_schedule_at_ms=Millis(due_ms), wait_ms=wait_ms)
    return Admission(on_schedule_at_ms=Millis(due_ms + rate.interval_ms))
