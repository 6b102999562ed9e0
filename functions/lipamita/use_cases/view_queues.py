"""The queues that people work off: pages of rows, oldest first, and what may be decided of each.

A row is read after its place, so one that was decided meanwhile is left out of its page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from lipamita.domain import refund_decision, review_decision, suspense
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import ForbiddenError, NotFoundError, UnreadableError
from lipamita.domain.ids import TransactionId
from lipamita.domain.meter import Caller
from lipamita.domain.refund import Refund, RefundId
from lipamita.domain.review import ReviewMatter
from lipamita.domain.review_decision import AllowedReview
from lipamita.domain.suspense import SuspenseItem, SuspenseWord
from lipamita.domain.two_people import Proposal, has_lapsed
from lipamita.domain.work_queue import FIRST_PLACE, WorkQueue
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.read_review import read_matter
from lipamita.use_cases.told_money import is_held
from lipamita.use_cases.world import World

MAX_PAGE = 25  # each row takes a handful of requests

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage(Generic[Row]):
    """Rows, oldest first. ``next_from`` is where the next page begins; None at the end."""

    rows: tuple[Row, ...]
    next_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A payment in review. ``proposal``: the first of two people's word, if it stands."""

    matter: ReviewMatter
    allowed: tuple[AllowedReview, ...]
    proposal: Proposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspenseRow:
    """Money in suspense. ``channel``: who told it; None where the evidence was cleared away."""

    confirmation_id: str
    item: SuspenseItem
    channel: str | None
    outcome: ConfirmationOutcome | None
    allowed: tuple[SuspenseWord, ...]
    proposal: Proposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """A refund, on its way, with people, or ended."""

    refund: Refund
    allowed: tuple[str, ...]
    proposal: Proposal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which page: from that place on (inclusive), and how many at most."""

    from_place: str = FIRST_PLACE
    limit: int = MAX_PAGE


def list_reviews(asked: Asked, caller: Caller, world: World) -> QueuePage[ReviewRow]:
    """A page of the open reviews. Raises ForbiddenError."""
    return _page(WorkQueue.REVIEWS, asked, caller, world, lambda key: _review(key, world))


def list_suspense(asked: Asked, caller: Caller, world: World) -> QueuePage[SuspenseRow]:
    """A page of the money that has no meter. Raises ForbiddenError."""
    return _page(WorkQueue.SUSPENSE, asked, caller, world, lambda key: _suspense(key, world))


def list_refunds(asked: Asked, caller: Caller, world: World) -> QueuePage[RefundRow]:
    """A page of the refunds that have not ended. Raises ForbiddenError."""
    return _page(WorkQueue.REFUNDS, asked, caller, world, lambda key: _refund(key, caller, world))


def view_review(transaction_id: TransactionId, caller: Caller, world: World) -> ReviewRow:
    """One review, open or decided. Raises ForbiddenError and NotFoundError (unknown_review)."""
    _check_staff(caller)
    return _review(transaction_id, world)


def view_suspense(confirmation_id: str, caller: Caller, world: World) -> SuspenseRow:
    """One item, open or decided. Raises ForbiddenError and NotFoundError (unknown_receipt)."""
    _check_staff(caller)
    return _suspense(confirmation_id, world)


def view_refund(refund_id: RefundId, caller: Caller, world: World) -> RefundRow:
    """One refund, open or ended, after looking at what is known of it by now.

    Raises ForbiddenError and NotFoundError (unknown_refund).
    """
    _check_staff(caller)
    _refund(refund_id, caller, world)  # before anything is done for one that is not there
    advance_refund(refund_id, world)
    return _refund(refund_id, caller, world)


def _page(
    queue: WorkQueue, asked: Asked, caller: Caller, world: World, read: Callable[[str], Row]
) -> QueuePage[Row]:
    _check_staff(caller)
    limit = min(asked.limit, MAX_PAGE)
    found = world.store.waiting(queue, from_place=asked.from_place, limit=limit + 1)
    rows = []
    for _, key in found[:limit]:
        try:
            rows.append(read(key))
        except NotFoundError:  # decided and gone since its place was read
            continue
        except UnreadableError as error:  # it must not hide the others
            world.log.work_failed(key, error)
    return QueuePage(rows=tuple(rows), next_from=found[limit][0] if len(found) > limit else None)


def _review(key: str, world: World) -> ReviewRow:
    matter = read_matter(TransactionId(key), world)
    return ReviewRow(
        matter=matter,
        allowed=review_decision.allowed_decisions(
            matter, may_refund=world.money_out is not None, now_ms=world.clock()
        ),
        proposal=_proposal(f"review-{key}", world),
    )


def _suspense(key: str, world: World) -> SuspenseRow:
    read = world.store.read_suspense(key)
    if read is None:
        raise NotFoundError(
            "unknown_receipt", f"nothing is in suspense under {key}", field="receipt"
        )
    item, told = read.value, world.store.read_confirmation(key)
    return SuspenseRow(
        confirmation_id=key,
        item=item,
        channel=None if told is None else told.channel,
        outcome=None if told is None else told.outcome,
        allowed=suspense.allowed_decisions(
            item, held=is_held(item, world), may_refund=world.money_out is not None
        ),
        proposal=_proposal(f"suspense-{key}", world),
    )


def _refund(key: str, caller: Caller, world: World) -> RefundRow:
    read = world.store.read_refund(RefundId(key))
    if read is None:
        raise NotFoundError("unknown_refund", f"no refund {key}", field="refund_id")
    return RefundRow(
        refund=read.value,
        allowed=refund_decision.allowed_decisions(read.value, caller.uid),
        proposal=_proposal(f"refund-{key}", world),
    )


def _proposal(subject: str, world: World) -> Proposal | None:
    standing = world.store.read_proposal(subject).value
    return standing if standing and not has_lapsed(standing, now_ms=world.clock()) else None


def _check_staff(caller: Caller) -> None:
    if not caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
