"""POST /mpesa/stkpush/v1/processrequest: a prompt on the payer's phone, or a refusal.

Acceptance (ResponseCode 0) says nothing about money. There is no idempotency: asking twice makes
two independent payments, unless the first prompt still holds the subscriber.
"""

from emulators.daraja.payer import show_prompt
from emulators.daraja.phones import Prompt
from emulators.daraja.plan import Plan
from emulators.daraja.request_fields import (
    amount_kes,
    callback_url,
    matching,
    msisdn,
    signed_merchant,
    text,
)
from emulators.daraja.wire import Answer, Body, RefusedError, accepted, invalid
from emulators.daraja.world import Push, World

PROMPT_LIFE_MS = 60_000
TRANSACTION_TYPES = ("CustomerPayBillOnline", "CustomerBuyGoodsOnline")


def process_request(world: World, body: Body, plan: Plan) -> Answer:
    """Validate in the order of the documentation, accept, and show the prompt."""
    merchant = signed_merchant(world, body)
    transaction_type = text(body, "TransactionType")
    if transaction_type not in TRANSACTION_TYPES:
        raise invalid("TransactionType")
    amount = amount_kes(body)
    msisdn(body, "PartyA")
    party_b = matching(body, "PartyB", r"[0-9]{5,7}")
    payer = msisdn(body, "PhoneNumber")
    url = callback_url(world, body, "CallBackURL")
    account_reference = matching(body, "AccountReference", r"[A-Za-z0-9]{1,12}")
    if body.get("TransactionDesc") is not None and len(text(body, "TransactionDesc")) > 13:
        raise invalid("TransactionDesc")

    phone = world.phone(payer)
    if phone.prompt is not None:
        raise RefusedError(
            500,
            "500.001.1001",
            "Unable to lock subscriber, a transaction is already in process for the current "
            "subscriber",
        )
    push = Push(
        merchant_request_id=world.ids.request(),
        checkout_request_id=world.ids.checkout_request(world.now_ms, payer),
        merchant=merchant,
        party_b=party_b,
        transaction_type=transaction_type,
        msisdn=payer,
        amount=amount,
        account_reference=account_reference,
        callback_url=url,
        plan=plan,
        created_at_ms=world.now_ms,
        expires_at_ms=world.now_ms + PROMPT_LIFE_MS,
    )
    world.pushes[push.checkout_request_id] = push
    phone.prompt = _prompt(push)
    world.event(
        "push_accepted",
        checkout_request_id=push.checkout_request_id,
        msisdn=payer,
        amount=amount,
        account_reference=account_reference,
    )
    answer = {
        "MerchantRequestID": push.merchant_request_id,
        "CheckoutRequestID": push.checkout_request_id,
        "ResponseCode": "0",
        "ResponseDescription": "Success. Request accepted for processing",
        "CustomerMessage": "Success. Request accepted for processing",
    }
    return accepted(answer, then=lambda: show_prompt(world, push))


def _prompt(push: Push) -> Prompt:
    account = f" account {push.account_reference}" if push.merchant.kind == "paybill" else ""
    return Prompt(
        checkout_request_id=push.checkout_request_id,
        text=f"Do you want to pay KES {push.amount} to {push.merchant.name}{account}? "
        "Enter M-PESA PIN",
        amount=push.amount,
        organisation=push.merchant.name,
        account_reference=push.account_reference,
        shown_at_ms=push.created_at_ms,
        expires_at_ms=push.expires_at_ms,
    )
