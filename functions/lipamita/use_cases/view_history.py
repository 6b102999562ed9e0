"""A history of payments: those still live and those in the record as one list, newest first.

The live database is read first. A payment that moves to the record in between is seen in both, and
once it is gone from the first it stands in the second: nothing is shown twice or missed. The live
one counts, because it may have gone on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lipamita.domain.errors import ForbiddenError
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Caller, Role, may_read_payment
from lipamita.domain.payment import Payment
from lipamita.use_cases.record_ports import ArchiveStore, PaymentsBy
from lipamita.use_cases.view import view_meter
from lipamita.use_cases.world import World

MAX_PAGE = 50
# Of a later page: a month of one user or meter. More is read only when a page reaches beyond it.
LIVE_LIMITS = (200, 2_000, 20_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Payments, newest first. ``next_before`` is where the next page begins; None at the end."""

    payments: tuple[Payment, ...]
    next_before: TransactionId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which page: what comes before a transaction (exclusive), and how many at most."""

    before: TransactionId | None = None
    limit: int = MAX_PAGE


def history_of_user(user_id: Uid, asked: Asked, caller: Caller, world: World) -> HistoryPage:
    """What that user paid for. For the user and staff. Raises ForbiddenError."""
    own = caller.uid == user_id and caller.role is not Role.METER
    if not own and not caller.is_staff:
        raise ForbiddenError("not_your_payments", "these payments are not yours", field="user_id")
    return _page(PaymentsBy.USER, user_id, asked, world)


def history_of_meter(meter_id: MeterId, asked: Asked, caller: Caller, world: World) -> HistoryPage:
    """What was paid for that meter. For its owner and staff. Raises NotFoundError, ForbiddenError.

    A device sees no payments, and an owner not those of whoever was owner before; a page is then
    shorter than asked for.
    """
    if caller.role is Role.METER:
        raise ForbiddenError("not_your_meter", "a device sees no payments", field="meter_id")
    meter = view_meter(meter_id, caller, world)
    page = _page(PaymentsBy.METER, meter.meter_id, asked, world)
    mine = tuple(
        payment
        for payment in page.payments
        if may_read_payment(
            caller,
            payer=payment.user_id,
            meter=meter,
            requested_at_ms=payment.created_at_ms,
        )
    )
    return replace(page, payments=mine)


def _page(by: PaymentsBy, value: str, asked: Asked, world: World) -> HistoryPage:
    limit = min(asked.limit, MAX_PAGE)
    live = _live(by, value, asked.before, limit, world.store)
    recorded = world.record.payments_of(by, value, before=asked.before, limit=limit + 1)
    merged = {payment.transaction_id: payment for payment in [*recorded, *live]}
    newest = sorted(merged.values(), key=lambda found: found.transaction_id, reverse=True)
    page = tuple(newest[:limit])
    return HistoryPage(
        payments=page,
        next_before=page[-1].transaction_id if len(newest) > limit else None,
    )


def _live(
    by: PaymentsBy, value: str, before: TransactionId | None, limit: int, store: ArchiveStore
) -> Sequence[Payment]:
    """Live payments of the page: as many of the newest are read as reach through it.

    The first page reads no more than it can show, and one to know whether there are more.
    """
    mine: list[Payment] = []
    for most in (limit + 1,) if before is None else LIVE_LIMITS:
        found = store.live_payments(by, value, limit=most)
        mine = [one for one in found if before is None or one.transaction_id < before]
        if len(found) < most or len(mine) > limit:
            break
    return mine
