"""Money a customer sends by hand: register URLs, validate, move the money, confirm.

A validation is not a payment; a confirmation is final and is sent once.
"""

import hashlib
import json
from dataclasses import dataclass

from emulators.daraja.book import InsufficientFundsError, Row
from emulators.daraja.journal import Notice, Outcome
from emulators.daraja.merchants import Merchant
from emulators.daraja.nairobi import stamp
from emulators.daraja.notices import enqueue, send
from emulators.daraja.phones import Phone
from emulators.daraja.plan import MISSING, NotifyPlan
from emulators.daraja.sms import receive_sms, shillings
from emulators.daraja.wire import json_text
from emulators.daraja.world import C2bUrls, World

VALIDATION_LIMIT_MS = 8_000
MAX_BILL_REFERENCE = 20
REJECTIONS = ("C2B00011", "C2B00012", "C2B00013", "C2B00014", "C2B00015", "C2B00016")


@dataclass(slots=True, kw_only=True)
class Payment:
    """A payment by hand on its way."""

    receipt: str
    merchant: Merchant
    phone: Phone
    amount: int
    bill_reference: str
    at_ms: int
    plan: NotifyPlan
    third_party_id: str = ""
    state: str = "validating"


def pay(world: World, payment: Payment) -> None:
    """Send the money, after asking the validation URL when that is switched on."""
    merchant = payment.merchant
    urls = world.c2b_urls.get(merchant.short_code)
    if urls is None or not world.switches.c2b_validation:
        _complete(world, payment)
        return
    delivery = enqueue(
        world,
        Notice(
            what="c2b_validation",
            about=payment.receipt,
            url=urls.validation_url,
            text=json_text(_body(world, payment, urls.version, validation=True)),
            short_code=merchant.short_code,
        ),
    )
    world.awaiting_reply[delivery.number] = lambda outcome: _validated(
        world, payment, urls, outcome
    )
    silence = Outcome(status=None, body="", error="no answer in time", duration_ms=0)
    world.timeline.after(VALIDATION_LIMIT_MS, lambda: _validated(world, payment, urls, silence))


def confirmation(world: World, payment: Payment, url: str, version: int) -> Notice:
    """The final word about a payment."""
    return Notice(
        what="c2b_confirmation",
        about=payment.receipt,
        url=url,
        text=json_text(_body(world, payment, version, validation=False)),
        short_code=payment.merchant.short_code,
    )


def _validated(world: World, payment: Payment, urls: C2bUrls, outcome: Outcome) -> None:
    """Decide once: by the answer when it is one, else by ResponseType."""
    if payment.state != "validating":
        return
    code, payment.third_party_id = _verdict(outcome)
    if code is None:
        code = "0" if urls.response_type == "Completed" else "C2B00016"
    if code == "0":
        _complete(world, payment)
    else:
        _fail(world, payment, f"was rejected ({code})")


def _verdict(outcome: Outcome) -> tuple[str | None, str]:
    """(ResultCode, ThirdPartyTransID); None when there is no answer to go by."""
    try:
        answer = json.loads(outcome.body) if outcome.status == 200 else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return None, ""
    code = str(answer.get("ResultCode"))
    known = code == "0" or code in REJECTIONS
    return (code if known else None), str(answer.get("ThirdPartyTransID") or "")


def _complete(world: World, payment: Payment) -> None:
    merchant, phone = payment.merchant, payment.phone
    row = Row(
        receipt=payment.receipt,
        channel="c2b",
        msisdn=phone.msisdn,
        amount=payment.amount,
        short_code=merchant.party_b,
        account_reference=payment.bill_reference,
        checkout_request_id=None,
        conversation_ids=(),
        at_ms=world.now_ms,
    )
    try:
        world.book.post(phone.account, merchant.account, row)
    except InsufficientFundsError:
        _fail(world, payment, "failed: there is not enough money in your M-PESA account")
        return
    payment.state = "paid"
    sent = f"{payment.receipt} Confirmed. {shillings(payment.amount)} sent to {merchant.name}"
    account = f" for account {payment.bill_reference}" if merchant.kind == "paybill" else ""
    receive_sms(world, phone, f"{sent}{account}.")
    world.event(
        "paid", receipt=payment.receipt, channel="c2b", msisdn=phone.msisdn, amount=payment.amount
    )
    urls = world.c2b_urls.get(merchant.short_code)
    if urls is None or payment.plan.none:
        why = "no confirmation URL is registered" if urls is None else "scenario"
        world.event("callback_withheld", receipt=payment.receipt, why=why)
        return
    send(
        world,
        confirmation(world, payment, urls.confirmation_url, urls.version),
        delay_ms=payment.plan.late_ms,
        copies=payment.plan.copies,
    )


def _fail(world: World, payment: Payment, why: str) -> None:
    payment.state = "failed"
    receive_sms(world, payment.phone, f"Your payment to {payment.merchant.name} {why}.")
    world.event("c2b_failed", receipt=payment.receipt, msisdn=payment.phone.msisdn)


def _body(world: World, payment: Payment, version: int, *, validation: bool) -> dict[str, object]:
    first, middle, last = payment.phone.name
    number = payment.phone.msisdn
    hashed = hashlib.sha256(number.encode()).hexdigest()
    balance = world.book.balance(payment.merchant.account)
    body: dict[str, object] = {
        "TransactionType": "Pay Bill" if payment.merchant.kind == "paybill" else "Buy Goods",
        "TransID": payment.receipt,
        "TransTime": stamp(payment.at_ms),
        "TransAmount": f"{payment.amount}.00",
        "BusinessShortCode": payment.merchant.party_b,
        "BillRefNumber": payment.bill_reference,
        "InvoiceNumber": "",
        "OrgAccountBalance": "" if validation else f"{balance}.00",
        "ThirdPartyTransID": payment.third_party_id,
        "MSISDN": hashed if version == 1 else f"{number[:4]} ***** {number[-3:]}",
        "FirstName": first,
        "MiddleName": middle,
        "LastName": last,
    }
    if payment.plan.amount_given:
        body["TransAmount"] = payment.plan.amount
        if payment.plan.amount is MISSING:
            del body["TransAmount"]
    return body
