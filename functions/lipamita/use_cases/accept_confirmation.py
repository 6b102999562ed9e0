"""Bring one confirmation of money to its place: a payment that it settles, a meter, or suspense.

Safe to run at any time, any number of times, and in parallel: the receipt number is claimed for one
transaction before anything is credited, and a repeat goes on with whoever owns the claim.
"""

from __future__ import annotations

from dataclasses import replace

from lipamita.domain.confirmation import (
    LOOK_AGAIN_MS,
    MAY_BE_TOLD_MS,
    SUSPENSE_LOOK_MS,
    ConfirmationOutcome,
    decide_confirmation,
    find_fit,
    source_of,
    was_settled_by,
)
from lipamita.domain.errors import NotFoundError
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import TransactionId, Uid, new_transaction_id
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.payment import Cause, Payment, Status, move
from lipamita.domain.push_answer import acknowledged
from lipamita.domain.schedule import first_in_line
from lipamita.domain.suspense import SuspenseItem
from lipamita.domain.tariff import Quote
from lipamita.domain.units import Millis
from lipamita.domain.verdict import Alarm, Review
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.find_meant import Meant, find_meant
from lipamita.use_cases.fulfil import fulfil
from lipamita.use_cases.records import StoredConfirmation
from lipamita.use_cases.reopen_suspense import (
    heir_of,
    leave_queue,
    reopen_unsold,
    take_refusal_away,
)
from lipamita.use_cases.told_money import waits_for_people
from lipamita.use_cases.world import World

NOBODY = Uid("paybill")  # the payer of a confirmation for a meter that has no owner
HIDDEN = MaskedMsisdn("hidden")  # confirmations come with masked or hashed numbers


def accept_confirmation(confirmation_id: str, world: World) -> ConfirmationOutcome | None:
    """What became of it; None while it is held back. Raises NotFoundError."""
    stored = world.store.read_confirmation(confirmation_id)
    if stored is None:
        raise NotFoundError("unknown_confirmation", f"no confirmation {confirmation_id}")
    if stored.outcome in (ConfirmationOutcome.CREDITED, ConfirmationOutcome.TWIN):
        _finish(confirmation_id, stored.outcome, stored.transaction_id, world)
        return stored.outcome
    confirmation = stored.confirmation
    if confirmation is None:
        return _to_suspense(confirmation_id, stored, stored.unreadable, world)
    owner = world.store.receipt_owner(confirmation.receipt)
    if owner is None:
        owner, waiting = _find_owner(confirmation_id, stored, confirmation, world)
        if owner is None:
            return waiting
    return _credit(owner, confirmation_id, confirmation, world)


def _find_owner(
    confirmation_id: str, stored: StoredConfirmation, confirmation: Confirmation, world: World
) -> tuple[TransactionId | None, ConfirmationOutcome | None]:
    """The transaction that now owns the receipt; or None, and where the money waits instead."""
    now_ms = world.clock()
    meant = find_meant(confirmation_id, confirmation, world)
    if meant is None:
        return None, _to_suspense(confirmation_id, stored, "unknown_account", world)
    if not _paid_to_its_site(confirmation_id, confirmation, meant, world):
        return None, _to_suspense(confirmation_id, stored, "other_short_code", world)
    fit = find_fit(confirmation, _open_payments(meant.account, world, now_ms), now_ms=now_ms)
    if fit.wait:
        again = Millis(now_ms + LOOK_AGAIN_MS)
        world.store.finish_confirmation(
            confirmation_id, None, transaction_id=None, next_check_at_ms=again
        )
        return None, None
    if fit.unsure and not _is_assigned(confirmation_id, meant, world):
        return None, _to_suspense(confirmation_id, stored, "time_unknown", world)
    if fit.payment is not None:
        wanted = fit.payment.transaction_id
    else:
        quote = meant.quote(confirmation, world, now_ms)
        if not isinstance(quote, Quote):
            return None, _to_suspense(confirmation_id, stored, quote, world)
        wanted = new_transaction_id(now_ms, world.random_bytes)
    owner = world.store.claim_receipt(
        confirmation.receipt, wanted, channel=confirmation.channel, now_ms=now_ms
    )
    return owner, None


def _paid_to_its_site(
    confirmation_id: str, confirmation: Confirmation, meant: Meant, world: World
) -> bool:
    """Whether the money is in the account of the meter's or place's own site.

    A row of a Pull does not say: it was asked for one short code, and the account is believed. So
    is an operator, who assigns money in suspense to a meter on purpose.
    """
    if confirmation.paid_code is None:
        return True
    merchants = world.merchants
    if merchants.of_code(confirmation.paid_code) == merchants.of_site(meant.site):
        return True
    return _is_assigned(confirmation_id, meant, world)


def _is_assigned(confirmation_id: str, meant: Meant, world: World) -> bool:
    item = world.store.read_suspense(confirmation_id)
    assigned = None if item is None else item.value.assigned_meter_id
    return assigned is not None and assigned == meant.account


def _credit(
    owner: TransactionId, confirmation_id: str, confirmation: Confirmation, world: World
) -> ConfirmationOutcome:
    """Go on with whoever owns the receipt: create its payment, settle it, or call it a twin."""
    read = world.store.read_payment(owner)
    if read is None and world.store.receipt_is_sealed(confirmation.receipt):
        _finish(confirmation_id, ConfirmationOutcome.TWIN, owner, world)  # it is in the record
        return ConfirmationOutcome.TWIN
    if read is None:
        if waits_for_people(owner, confirmation_id, world):
            return _stay_in_suspense(confirmation_id, world)
        owner = heir_of(owner, confirmation_id, confirmation.receipt, world)
        return _credit_by_hand(owner, confirmation_id, confirmation, world)
    if read.value.mpesa_receipt == confirmation.receipt:
        fulfil(read.value, world)
        was_ours = was_settled_by(read.value, confirmation)
        outcome = ConfirmationOutcome.CREDITED if was_ours else ConfirmationOutcome.TWIN
        _finish(confirmation_id, outcome, owner, world)
        return outcome
    return _settle(owner, confirmation_id, confirmation, world)


def _stay_in_suspense(confirmation_id: str, world: World) -> ConfirmationOutcome:
    world.store.finish_confirmation(
        confirmation_id,
        ConfirmationOutcome.SUSPENSE,
        transaction_id=None,
        next_check_at_ms=Millis(world.clock() + SUSPENSE_LOOK_MS),
    )
    return ConfirmationOutcome.SUSPENSE


def _settle(
    owner: TransactionId, confirmation_id: str, confirmation: Confirmation, world: World
) -> ConfirmationOutcome:
    now_ms = world.clock()

    def settled(current: Payment) -> Payment:
        return decide_confirmation(current, confirmation, now_ms=now_ms) or current

    payment = change_payment(world, owner, settled)
    if payment.mpesa_receipt != confirmation.receipt:
        world.store.add_review(
            owner,
            Review(
                reason=(
                    "second_receipt"
                    if payment.amount_kes == confirmation.amount_kes
                    else "amount_differs"
                ),
                receipt=confirmation.receipt,
                amount_kes=confirmation.amount_kes,
                evidence_id=confirmation_id,
            ),
            now_ms=now_ms,
        )
        _finish(confirmation_id, ConfirmationOutcome.REVIEW, owner, world)
        return ConfirmationOutcome.REVIEW
    fulfil(payment, world)
    _finish(confirmation_id, ConfirmationOutcome.CREDITED, owner, world)
    return ConfirmationOutcome.CREDITED


def _credit_by_hand(
    owner: TransactionId, confirmation_id: str, confirmation: Confirmation, world: World
) -> ConfirmationOutcome:
    """Create the payment that this receipt was claimed for. The claim came first, so one exists
    at most.
    """
    now_ms, item = world.clock(), world.store.read_suspense(confirmation_id)
    meant = find_meant(confirmation_id, confirmation, world)
    quote = "unknown_account" if meant is None else meant.quote(confirmation, world, now_ms)
    if meant is None or not isinstance(quote, Quote):  # it changed since the claim
        stored = world.store.read_confirmation(confirmation_id)
        assert stored is not None
        assigned = item is not None and item.value.assigned_meter_id is not None
        reason = str(quote) if assigned else "claimed_but_not_sellable"
        return _to_suspense(confirmation_id, stored, reason, world)
    take_refusal_away(confirmation_id, item, world)
    payment = _paid_by_hand(owner, meant, quote, confirmation, now_ms)
    payment = replace(payment, merchant=world.merchants.of_code(confirmation.paid_code))
    world.store.create_payment(payment)  # by transaction_id; a repeat finds it
    return _credit(owner, confirmation_id, confirmation, world)


def _paid_by_hand(
    transaction_id: TransactionId,
    meant: Meant,
    quote: Quote,
    confirmation: Confirmation,
    now_ms: Millis,
) -> Payment:
    created = Payment(
        transaction_id=transaction_id,
        user_id=meant.user_id or NOBODY,
        meter_id=meant.meter_id,
        order=meant.order,
        product=meant.product,
        delivery=meant.delivery,
        amount_kes=quote.amount_kes,
        phone_masked=HIDDEN,
        channel=confirmation.channel,
        quote=quote,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
    )
    paid = move(created, Cause.PAID_BY_HAND, now_ms=now_ms, source=source_of(confirmation))
    return replace(
        paid,
        mpesa_receipt=confirmation.receipt,
        paid_at_ms=now_ms,
        next_check_at_ms=first_in_line(now_ms),
    )


def _open_payments(account: str, world: World, now_ms: Millis) -> list[Payment]:
    since_ms = Millis(now_ms - MAY_BE_TOLD_MS)
    read = [
        world.store.read_payment(transaction_id)
        for transaction_id in world.store.open_prompts(account, since_ms=since_ms)
    ]
    return [_as_it_will_be(found.value, world, now_ms) for found in read if found is not None]


def _as_it_will_be(payment: Payment, world: World, now_ms: Millis) -> Payment:
    """With its prompt known it is prompted, though whoever pushed died before it could move it."""
    if payment.status is Status.CREATED and world.store.read_prompt(payment.transaction_id):
        return acknowledged(payment, now_ms=now_ms)
    return payment


def _to_suspense(
    confirmation_id: str, stored: StoredConfirmation, reason: str, world: World
) -> ConfirmationOutcome:
    confirmation, now_ms = stored.confirmation, world.clock()
    first = stored.outcome is None
    world.store.put_suspense(
        confirmation_id,
        SuspenseItem(
            reason=reason,
            amount_kes=confirmation.amount_kes if confirmation else None,
            account=confirmation.account if confirmation else "",
            received_at_ms=stored.received_at_ms,
        ),
    )
    if confirmation is not None:
        reopen_unsold(confirmation_id, confirmation.receipt, reason, world)
    world.store.finish_confirmation(
        confirmation_id,
        ConfirmationOutcome.SUSPENSE,
        transaction_id=None,
        next_check_at_ms=Millis(now_ms + SUSPENSE_LOOK_MS),
    )
    if first:
        alarm = Alarm(kind="money_in_suspense", detail=reason)
        world.store.raise_alarm(alarm, transaction_id=None, now_ms=now_ms)
        world.log.confirmation_finished(confirmation_id, "suspense", None)
    return ConfirmationOutcome.SUSPENSE


def _finish(
    confirmation_id: str,
    outcome: ConfirmationOutcome,
    transaction_id: TransactionId | None,
    world: World,
) -> None:
    leave_queue(confirmation_id, world)
    world.store.finish_confirmation(
        confirmation_id, outcome, transaction_id=transaction_id, next_check_at_ms=None
    )
    world.log.confirmation_finished(confirmation_id, outcome.value, transaction_id)
