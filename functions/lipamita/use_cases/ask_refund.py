"""Ask for money of one receipt to be given back: find where it stands, say how much, and begin.

The refund is stored before anything else happens; a process that dies after that is finished by
reconciliation. Above a limit it waits for a second person.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from lipamita.domain.errors import ConflictError, ForbiddenError
from lipamita.domain.ids import Receipt
from lipamita.domain.meter import Caller
from lipamita.domain.money_out import Method
from lipamita.domain.msisdn import Msisdn, mask
from lipamita.domain.payment import Payment
from lipamita.domain.refund import ENDED, Refund, RefundId, RefundStatus
from lipamita.domain.two_people import needs_two_people
from lipamita.domain.units import Kes
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.claim_request import Request, claim_id, earlier_id
from lipamita.use_cases.find_money import Found, find_money
from lipamita.use_cases.request_payment import payer_key
from lipamita.use_cases.send_money import configured
from lipamita.use_cases.world import World

BY_PHONE = "stk"  # the channel of payments that we prompted for
MIN_PAYOUT_KES = 10  # B2C's smallest amount


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What an operator asks for. No amount: all that is unused; no method: what fits."""

    receipt: Receipt
    amount_kes: Kes | None
    msisdn: Msisdn | None
    method: Method | None
    why: str
    idempotency_key: str
    caller: Caller


def ask_refund(order: RefundOrder, world: World) -> Refund:
    """The refund of this request: a new one, or the one that an earlier equal request made.

    Raises ForbiddenError, NotFoundError (unknown_receipt), ConflictError (refunds_not_configured,
    site_refunds_not_configured, idempotency_key_reused, not_refundable, nothing_unused,
    more_than_unused, amount_needed, phone_needed, phone_differs, payout_too_small).
    """
    if not order.caller.is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
    configured(world)
    earlier = _earlier(order, world)
    if earlier is not None:
        return advance_refund(earlier, world)
    found = find_money(order.receipt, order.amount_kes, world)
    _check_account(order.receipt, found, world)
    method = _method(order, found, world)
    refund_id = RefundId(claim_id(_claim(order), world))
    if world.store.read_refund(refund_id) is None:
        refund = _new_refund(order, refund_id, found, method, world)
        if method is Method.PAYOUT and order.msisdn is not None:
            world.store.put_payee(refund_id, order.msisdn)  # by refund_id
        world.store.create_refund(refund)
        world.log.refund_moved(refund, refund)
    refund = advance_refund(refund_id, world)
    if refund.status in ENDED:  # a faster repeat saw it through, and we kept the number once more
        world.store.remove_payee(refund_id)
    return refund


def _earlier(order: RefundOrder, world: World) -> RefundId | None:
    """The refund that an earlier request with this key made."""
    standing = earlier_id(_claim(order), world)
    if standing is None or world.store.read_refund(RefundId(standing)) is None:
        return None
    return RefundId(standing)


def _claim(order: RefundOrder) -> Request:
    return Request(
        uid=order.caller.uid,
        kind="refund",
        idempotency_key=order.idempotency_key,
        asked=(
            order.receipt,
            str(order.amount_kes),
            order.msisdn or "",
            order.method or "",
            order.why,
        ),
    )


def _check_account(receipt: Receipt, found: Found, world: World) -> None:
    """Money of a site's own account never leaves from the main one."""
    stored = world.store.read_confirmation(receipt)
    told = stored.confirmation if stored else None
    if told is not None and told.paid_code is not None:
        account = world.merchants.of_code(told.paid_code)
    else:
        account = found.payment.merchant if found.payment else None
    if account is not None:
        raise ConflictError(
            "site_refunds_not_configured",
            f"this money came to short code {account}, and SITE_CREDENTIALS names no initiator"
            " for it; pay it back on that account's own M-PESA portal",
        )


def _method(order: RefundOrder, found: Found, world: World) -> Method:
    method = order.method or (Method.REVERSAL if found.is_whole else Method.PAYOUT)
    if method is Method.REVERSAL and not found.is_whole:
        raise ConflictError(
            "not_refundable", "only all of a receipt is reversed; pay a part out", field="method"
        )
    if method is Method.PAYOUT:
        _check_payout(order, found, world)
    return method


def _new_refund(
    order: RefundOrder, refund_id: RefundId, found: Found, method: Method, world: World
) -> Refund:
    now_ms = world.clock()
    two = needs_two_people(found.amount_kes)
    return Refund(
        refund_id=refund_id,
        receipt=order.receipt,
        money_from=found.money_from,
        method=method,
        paid_kes=found.paid_kes,
        amount_kes=found.amount_kes,
        energy_wh=found.energy_wh,
        asked_by=order.caller.uid,
        why=order.why,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        status=RefundStatus.WAITING if two else RefundStatus.REQUESTED,
        transaction_id=found.transaction_id,
        meter_id=found.meter_id,
        phone_masked=mask(order.msisdn) if order.msisdn and method is Method.PAYOUT else None,
        next_check_at_ms=now_ms,
    )


def _check_payout(order: RefundOrder, found: Found, world: World) -> None:
    if order.msisdn is None:
        raise ConflictError(
            "phone_needed",
            f"KES {found.amount_kes} is paid out: name the payer's phone_number",
            field="phone_number",
        )
    if found.amount_kes < MIN_PAYOUT_KES:
        raise ConflictError(
            "payout_too_small",
            f"KES {found.amount_kes} is below M-PESA's smallest payout, KES {MIN_PAYOUT_KES}",
            field="amount",
        )
    payment = found.payment
    if payment is not None and _is_erased(payment):
        raise ConflictError(
            "phone_differs",
            "this payer was erased, so no number can be told to be theirs: reverse all of it",
            field="phone_number",
        )
    if payment is not None and not _is_payer(payment, order.msisdn, world):
        raise ConflictError(
            "phone_differs", "that is not the number that paid", field="phone_number"
        )


def _is_erased(payment: Payment) -> bool:
    """Whether the payment was asked for by phone and nothing of the number is kept any more.

    Of one made by hand no number was ever known: an operator reads it off M-PESA's statement.
    """
    return payment.channel == BY_PHONE and not payment.payer_key and "*" not in payment.phone_masked


def _is_payer(payment: Payment, msisdn: Msisdn, world: World) -> bool:
    """Whether the number may be the payer's: exactly, where the payment was asked for by phone."""
    if payment.payer_key:
        return hmac.compare_digest(payment.payer_key, payer_key(msisdn, world))
    return "*" not in payment.phone_masked or payment.phone_masked == mask(msisdn)
