"""Open a payment: freeze the price, store the intent, then send one STK push.

The push is sent by the one process that created the transaction, right after creating it. A
process that dies in between leaves a transaction that nobody pushes again: its prompt may or may
not exist, so only evidence may move it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.errors import ConflictError
from lipamita.domain.evidence import PushAcknowledged, PushRefused
from lipamita.domain.guard import PhonePrompt
from lipamita.domain.ids import (
    MeterId,
    TransactionId,
    account_reference,
    new_transaction_id,
    path_key,
    sha256_hex,
)
from lipamita.domain.meter import Caller
from lipamita.domain.msisdn import Msisdn, mask
from lipamita.domain.payment import Delivery, Payment
from lipamita.domain.push_answer import decide_push_answer
from lipamita.domain.schedule import FIRST_CHECK_AFTER_MS
from lipamita.domain.units import MINUTE_MS, Kes, Millis
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.change_payment import change_payment
from lipamita.use_cases.guard_push import guard_push
from lipamita.use_cases.know_prompt import know_prompt
from lipamita.use_cases.ports import Store
from lipamita.use_cases.price_purchase import (
    Purchase,
    claim_prompt,
    price_energy,
    price_order,
)
from lipamita.use_cases.records import IdempotencyRecord, PushRequest
from lipamita.use_cases.world import World

NONCE_BYTES = 8  # tells our own creation of a transaction from another process's
# A process that was held up this long must not prompt any more: its payer has given up, and money
# is taken for a payment only within domain.confirmation.PAID_WITHIN_MS of its request.
PUSH_WITHIN_MS = MINUTE_MS
HELD_UP = PushRefused(
    code="push_not_sent",
    message="The request could not be sent in time. Nothing was paid; try again.",
    detail=f"not sent: held up for more than {PUSH_WITHIN_MS} ms",
    alarm=True,
)
# At most 13 characters, shown by some phones; by what is bought.
PROMPT_DESCRIPTIONS = {"electricity": "Electricity", "booking": "Booking", "parking": "Parking"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """A parsed request to pay, for a meter or an order; each field was checked for its shape."""

    caller: Caller
    meter_id: MeterId | None = None
    order_id: str | None = None
    amount_kes: Kes
    msisdn: Msisdn
    description: str | None
    idempotency_key: str


def request_payment(request: PaymentRequest, world: World) -> Payment:
    """The payment of this request: a new one, or the one an earlier equal request made.

    Raises NotFoundError (unknown_meter, unknown_order), ForbiddenError (not_your_meter),
    ConflictError (meter_not_ready, order_not_open, order_hold_ending, amount_not_the_orders,
    idempotency_key_reused, prompt_open), InvalidInputError (amount_too_small), RateLimitedError.
    """
    now_ms, store = world.clock(), world.store
    earlier = _earlier(request, store, now_ms)
    if earlier is not None:
        return earlier
    purchase = _price(request, world)
    key = _claim_key(request, world, now_ms)
    transaction_id = key.transaction_id
    standing = store.read_payment(transaction_id)
    if standing is not None:
        return standing.value
    payment = _new_payment(request, transaction_id, purchase, world)
    payment = replace(payment, merchant=world.merchants.of_site(purchase.site))
    going_on_with = guard_push(_wanted(payment), request.msisdn, world)
    if going_on_with != transaction_id:  # a second tap, with a key of its own
        return _repeated(request, key, going_on_with, store) or payment
    if payment.order is not None:
        claim_prompt(payment.order.order_id, transaction_id, world)
    if not store.create_payment(payment):  # somebody with the same key was first, and pushes
        repeated = store.read_payment(transaction_id)
        return repeated.value if repeated is not None else payment
    world.log.payment_requested(payment)
    store.open_prompt(payment)
    store.set_latest_transaction(request.caller.uid, transaction_id)
    return _push(payment, request.msisdn, world)


def _earlier(request: PaymentRequest, store: Store, now_ms: Millis) -> Payment | None:
    """The payment that an earlier request with this key made; it stands whatever changed since."""
    key_hash = sha256_hex(request.idempotency_key)
    standing = store.read_idempotency_key(request.caller.uid, key_hash, now_ms=now_ms)
    if standing is None:
        return None
    _check_same(request, standing)
    read = store.read_payment(standing.transaction_id)
    return None if read is None else read.value


def _check_same(request: PaymentRequest, standing: IdempotencyRecord) -> None:
    if standing.request_hash != _request_hash(request):
        raise ConflictError(
            "idempotency_key_reused",
            "this Idempotency-Key was used for another request; use a new key for a new purchase",
            field="Idempotency-Key",
        )


def _request_hash(request: PaymentRequest) -> str:
    what = request.meter_id or request.order_id or ""
    asked = (what, str(request.amount_kes), request.msisdn, request.description or "")
    return sha256_hex("|".join(asked))


def _wanted(payment: Payment) -> PhonePrompt:
    return PhonePrompt(
        transaction_id=payment.transaction_id,
        user_id=payment.user_id,
        account=payment.account,
        amount_kes=payment.amount_kes,
        created_at_ms=payment.created_at_ms,
    )


def _price(request: PaymentRequest, world: World) -> Purchase:
    if request.order_id is not None:
        return price_order(request.order_id, request.amount_kes, request.caller, world)
    assert request.meter_id is not None, "parsed to name one of the two"
    return price_energy(request.meter_id, request.amount_kes, request.caller, world)


def _repeated(
    request: PaymentRequest, key: IdempotencyRecord, first: TransactionId, store: Store
) -> Payment | None:
    """The payment that a second tap repeats. From now on its key stands for it, too: it would
    prompt once more if it were repeated after the first was paid.
    """
    own = store.read_payment(key.transaction_id)
    if own is not None:  # a faster repeat of this key found the phone free
        return own.value
    key_hash = sha256_hex(request.idempotency_key)
    now = replace(key, transaction_id=first)
    store.replace_idempotency_key(request.caller.uid, key_hash, key, now)  # or another repeat did
    read = store.read_payment(first)
    return None if read is None else read.value


def _claim_key(request: PaymentRequest, world: World, now_ms: Millis) -> IdempotencyRecord:
    mine = IdempotencyRecord(
        transaction_id=new_transaction_id(now_ms, world.random_bytes),
        request_hash=_request_hash(request),
        created_at_ms=now_ms,
    )
    standing = world.store.claim_idempotency_key(
        request.caller.uid, sha256_hex(request.idempotency_key), mine
    )
    _check_same(request, standing)
    return standing


def _new_payment(
    request: PaymentRequest, transaction_id: TransactionId, purchase: Purchase, world: World
) -> Payment:
    now_ms, order = world.clock(), purchase.order
    return Payment(
        transaction_id=transaction_id,
        user_id=request.caller.uid,
        meter_id=purchase.meter_id,
        order=order,
        product="electricity" if order is None else order.kind.value,
        delivery=Delivery() if order is None else Delivery(kind=order.kind.value),
        amount_kes=request.amount_kes,
        phone_masked=mask(request.msisdn),
        payer_key=payer_key(request.msisdn, world),
        description=request.description,
        quote=purchase.quote,
        nonce=world.random_bytes(NONCE_BYTES).hex(),
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        next_check_at_ms=Millis(now_ms + FIRST_CHECK_AFTER_MS),
    )


def payer_key(msisdn: Msisdn, world: World) -> str:
    """Tells whether a number is the payer's, without keeping the number."""
    return path_key(world.callback_secret, f"payer|{msisdn}")


def _push(payment: Payment, msisdn: Msisdn, world: World) -> Payment:
    push = PushRequest(
        amount_kes=payment.amount_kes,
        msisdn=msisdn,
        account_reference=account_reference(payment.account),
        description=PROMPT_DESCRIPTIONS[payment.product],
        merchant=payment.merchant,
        callback_url=world.callback_url(payment.transaction_id),
    )
    now_ms = world.clock()
    in_time = now_ms - payment.created_at_ms <= PUSH_WITHIN_MS
    answer = world.daraja.push(push, now_ms=now_ms) if in_time else HELD_UP
    world.log.push_answered(payment.transaction_id, answer)
    if isinstance(answer, PushAcknowledged):  # its ids before its move: a crash loses neither
        know_prompt(payment.transaction_id, answer, world)
    now_ms = world.clock()
    alarms: list[tuple[Alarm, ...]] = []

    def answered(current: Payment) -> Payment:
        verdict = decide_push_answer(current, answer, now_ms=now_ms)
        alarms.append(verdict.alarms)
        return verdict.payment

    moved = change_payment(world, payment.transaction_id, answered)
    for alarm in alarms[-1]:
        world.store.raise_alarm(alarm, transaction_id=payment.transaction_id, now_ms=now_ms)
    return moved
