"""Give money that nobody could be found for to the meter that an operator names. Once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId
from lipamita.domain.meter import Caller, Meter
from lipamita.domain.suspense import SuspenseItem, why_not_assign
from lipamita.domain.tariff import Quote
from lipamita.domain.two_people import Proposal, needs_two_people
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.agree import agree
from lipamita.use_cases.quote_by_hand import quote_by_hand
from lipamita.use_cases.told_money import is_held
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An operator's decision. ``why`` is kept with it."""

    confirmation_id: str
    meter_id: MeterId
    why: str
    caller: Caller


def assign_suspense(
    assignment: Assignment, world: World
) -> tuple[SuspenseItem, ConfirmationOutcome | None]:
    """The item as decided, and what became of its money; repeating the same decision is harmless.

    An item without assigned_meter_id waits for a second person. Raises ForbiddenError,
    NotFoundError, and ConflictError: already_assigned when it was given to another meter,
    being_refunded while or after it goes back, not_sellable when that meter cannot be credited
    with it, so that it stays in suspense, another_proposal when the first person named another
    meter. A process that dies after the decision is finished by reconciliation.
    """
    if not assignment.caller.is_staff:
        raise ForbiddenError("staff_only", "only an operator may assign suspense")
    old = world.store.read_suspense(assignment.confirmation_id)
    if old is None:
        raise NotFoundError(
            "unknown_receipt",
            f"nothing is in suspense under {assignment.confirmation_id}",
            field="receipt",
        )
    refused = why_not_assign(old.value, assignment.meter_id, held=is_held(old.value, world))
    if refused is not None:
        raise refused
    meter = world.store.read_meter(assignment.meter_id)
    if meter is None:
        raise NotFoundError("unknown_meter", f"no meter {assignment.meter_id}", field="meter_id")
    decided = old.value
    if decided.assigned_meter_id is None:
        _check_sellable(assignment.confirmation_id, meter, world)
        if not _may_decide(assignment, decided, world):
            return decided, None
        decided = replace(
            decided,
            assigned_meter_id=assignment.meter_id,
            assigned_by=assignment.caller.uid,
            assigned_at_ms=world.clock(),
            assigned_why=assignment.why,
            refund_id=None,
        )
        if not world.store.replace_suspense(assignment.confirmation_id, old, decided):
            raise ConflictError("busy", "somebody else decided at the same moment; look again")
    return decided, accept_confirmation(assignment.confirmation_id, world)


def _may_decide(assignment: Assignment, item: SuspenseItem, world: World) -> bool:
    """Whether nobody else need agree, or somebody else said the same before."""
    if item.amount_kes is None or not needs_two_people(item.amount_kes):
        return True
    mine = Proposal(
        by=assignment.caller.uid,
        what=f"assign KES {item.amount_kes} to meter {assignment.meter_id}",
        why=assignment.why,
        at_ms=world.clock(),
    )
    return agree(f"suspense-{assignment.confirmation_id}", mine, world)


def _check_sellable(confirmation_id: str, meter: Meter, world: World) -> None:
    stored = world.store.read_confirmation(confirmation_id)
    confirmation = stored.confirmation if stored else None
    if confirmation is None:
        reason = stored.unreadable if stored else "no confirmation"
    else:
        quote = quote_by_hand(meter, confirmation, world, world.clock())
        if isinstance(quote, Quote):
            return
        reason = quote
    raise ConflictError(
        "not_sellable", f"this money cannot become energy of {meter.meter_id}: {reason}"
    )
