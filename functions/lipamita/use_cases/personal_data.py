"""One person's data: all of it in one place on request, or made nobody's, while the books stand.

Erasing gives the payments a payer who cannot be found again, and removes phone, note, profile and
what they were told. Whether a number was the payer's cannot be told any more, so their money goes
back by a reversal alone, see ask_refund. No ledger entry names a person, so balances and the chain
of closings stay as they are. A process that dies half-way is run again: what is left gets another
pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lipamita.domain.archive import RECORD_KEPT_YEARS, at_rest
from lipamita.domain.consumption import Hours
from lipamita.domain.errors import ConflictError, ForbiddenError
from lipamita.domain.ids import MeterId, Uid, new_transaction_id
from lipamita.domain.meter import Caller
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.order import PlaceOrder
from lipamita.domain.payment import Payment
from lipamita.domain.units import DAY_MS, Millis
from lipamita.use_cases.change_order import change_order
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.identity_ports import Profile
from lipamita.use_cases.own_consumption import own_consumption
from lipamita.use_cases.record_ports import PaymentsBy
from lipamita.use_cases.view_history import Asked, history_of_user
from lipamita.use_cases.world import World

HIDDEN = MaskedMsisdn("hidden")
PSEUDONYM_BYTES = 16
PAGE = 200
MAX_PAGES = 1_000  # 200,000 payments of one person
MAX_LIVE = 20_000
MAX_ORDERS = 20_000  # they are kept for 400 days
YEAR_MS = 365 * DAY_MS + DAY_MS  # a day more for leap years: kept rather too long
NOTICES_AT_ONCE = 500
MAX_NOTICE_PAGES = 100  # they are kept for 30 days
FORGOTTEN_AT_ONCE = 2_000  # documents
MAX_FORGETTING = 20  # times that in one night: more than a year's busiest day


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What is kept about somebody; the payments newest first, read as they are taken."""

    profile: Profile | None
    payments: Iterator[Payment]
    orders: Sequence[PlaceOrder]
    consumption: Mapping[MeterId, Hours]  # of the meters that are theirs, while they were


def export_person(uid: Uid, caller: Caller, world: World) -> PersonalData:
    """Everything about that person, for them and for admins. Raises ForbiddenError."""
    if caller.uid != uid and not caller.is_admin:
        raise ForbiddenError("admin_only", "only the person or an admin may export this")
    return PersonalData(
        profile=world.store.read_profile(uid),
        payments=_all_payments(uid, caller, world),
        orders=world.store.orders_of(uid, limit=MAX_ORDERS),
        consumption=own_consumption(uid, world),
    )


def erase_person(uid: Uid, caller: Caller, world: World) -> int:
    """How many payments and orders were made nobody's. Safe to repeat.

    Raises ForbiddenError, and ConflictError (payments_open) while a payment is not at rest: its
    money must still find its owner.
    """
    if not caller.is_admin:
        raise ForbiddenError("admin_only", "only an admin may erase a person's data")
    live = world.store.live_payments(PaymentsBy.USER, uid, limit=MAX_LIVE)
    if any(not at_rest(payment) for payment in live):
        raise ConflictError("payments_open", "a payment of this person is still open", field="uid")
    orders = world.store.orders_of(uid, limit=MAX_ORDERS)
    pseudonym = Uid(f"erased-{world.random_bytes(PSEUDONYM_BYTES).hex()}")
    for payment in live:  # by transaction_id; the record hears of it as of any change
        change_payment(
            world, payment.transaction_id, lambda current: _nobodys(current, uid, pseudonym)
        )
    for order in orders:  # by order_id
        change_order(world, order.order_id, lambda current: _nobodys_order(current, uid, pseudonym))
    recorded = _erase_recorded(uid, pseudonym, world)
    world.store.erase_profile(uid)  # before the notices: who has no profile gets no more of them
    _forget_notices(uid, world)
    return len(live) + len(orders) + recorded


def forget_old_payments(world: World) -> int:
    """Remove payments older than the record is kept; the ledger stays. How many went."""
    oldest_kept_ms = Millis(world.clock() - RECORD_KEPT_YEARS * YEAR_MS)
    before = new_transaction_id(oldest_kept_ms, bytes)  # ids sort by the time they were made
    forgotten = 0
    for _ in range(MAX_FORGETTING):
        gone = world.record.forget_payments(before, limit=FORGOTTEN_AT_ONCE)
        forgotten += gone
        if gone < FORGOTTEN_AT_ONCE:
            break
    return forgotten


def _nobodys(payment: Payment, uid: Uid, pseudonym: Uid) -> Payment:
    if payment.user_id != uid:
        return payment
    return replace(payment, user_id=pseudonym, phone_masked=HIDDEN, payer_key="", description=None)


def _nobodys_order(order: PlaceOrder, uid: Uid, pseudonym: Uid) -> PlaceOrder:
    return replace(order, user_id=pseudonym, note=None) if order.user_id == uid else order


def _forget_notices(uid: Uid, world: World) -> None:
    for _ in range(MAX_NOTICE_PAGES):
        if world.store.forget_notices_of(uid, limit=NOTICES_AT_ONCE) < NOTICES_AT_ONCE:
            return
    raise ConflictError("too_many_notices", "not all were erased yet; erase again", field="uid")


def _erase_recorded(uid: Uid, pseudonym: Uid, world: World) -> int:
    """A page that was written is no longer found, so the first page is the next one."""
    count = 0
    for _ in range(MAX_PAGES):
        page = world.record.payments_of(PaymentsBy.USER, uid, before=None, limit=PAGE)
        if not page:
            return count
        changed = [_nobodys(payment, uid, pseudonym) for payment in page]
        world.record.write((), changed, now_ms=world.clock())
        count += len(changed)
    raise ConflictError("too_many_payments", "not all were erased yet; erase again", field="uid")


def _all_payments(uid: Uid, caller: Caller, world: World) -> Iterator[Payment]:
    asked: Asked | None = Asked()
    while asked is not None:
        page = history_of_user(uid, asked, caller, world)
        yield from page.payments
        asked = None if page.next_before is None else Asked(before=page.next_before)
