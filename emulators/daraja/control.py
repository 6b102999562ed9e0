"""The control API without its HTTP: what tests and the phone page may see and do."""

from collections.abc import Mapping
from dataclasses import asdict

from emulators.daraja.checked import (
    ANYTHING,
    BadInputError,
    Choice,
    Field,
    NotFoundError,
    Text,
    Whole,
    read,
)
from emulators.daraja.journal import Delivery, Notice
from emulators.daraja.merchants import Merchant
from emulators.daraja.notices import enqueue
from emulators.daraja.stk_callback import notice, render
from emulators.daraja.switches import BadSwitchError, set_switches
from emulators.daraja.wire import json_text
from emulators.daraja.world import Push, World

Given = Mapping[str, object]
MAX_COPIES = 200
MAX_BODY = 16 * 1024 * 1024


def credentials(world: World, base_url: str) -> dict[str, object]:
    """All that a client needs."""
    keys, identity = world.identity.keys, world.identity
    return {
        "base_url": base_url,
        "consumer_key": keys.consumer_key,
        "consumer_secret": keys.consumer_secret,
        "short_code": identity.main.short_code,
        "party_b": identity.main.party_b,
        "transaction_type": identity.main.transaction_type,
        "passkey": identity.main.passkey,
        "initiator_name": keys.initiator_name,
        "initiator_password": keys.initiator_password,
        "security_credential": world.certificate.encrypt(keys.initiator_password),
        "certificate_pem": world.certificate.pem,
        "merchants": [asdict(merchant) for merchant in world.merchants.values()],
    }


def show_ledger(world: World) -> dict[str, object]:
    """Receipts and balances; the balances sum to zero."""
    rows = [row.to_json() for row in world.book.rows()]
    return {"receipts": rows, "balances": world.book.balances()}


def show_pushes(world: World) -> dict[str, object]:
    """Every accepted STK push and how it stands."""
    return {
        "pushes": [
            {
                "checkout_request_id": push.checkout_request_id,
                "merchant_request_id": push.merchant_request_id,
                "msisdn": push.msisdn,
                "amount": push.amount,
                "account_reference": push.account_reference,
                "callback_url": push.callback_url,
                "created_at_ms": push.created_at_ms,
                "result_code": push.result_code,
                "receipt": push.receipt,
                "polls": push.polls,
            }
            for push in world.pushes.values()
        ]
    }


def add_scenario(world: World, given: Given) -> dict[str, object]:
    """Let a scenario wait for its request."""
    return world.scenarios.add(given, world.now_ms).to_json()


def change_switches(world: World, given: Given) -> dict[str, object]:
    """Change the switches given; all of them as they are now."""
    try:
        world.switches = set_switches(world.switches, given)
    except BadSwitchError as bad:
        raise BadInputError(bad.field, str(bad)) from bad
    return asdict(world.switches)


def add_merchant(world: World, given: Given) -> dict[str, object]:
    """Another short code: {short_code, party_b?, kind, name, passkey}."""
    values = read(given, _MERCHANT)
    short_code = str(values["short_code"])
    if not (short_code.isdecimal() and 5 <= len(short_code) <= 7):
        raise BadInputError("short_code", "short_code must be 5 to 7 digits")
    merchant = Merchant(
        short_code=short_code,
        party_b=str(values["party_b"] or short_code),
        kind="till" if values["kind"] == "till" else "paybill",
        name=str(values["name"]),
        passkey=str(values["passkey"]),
    )
    world.merchants[short_code] = merchant
    return asdict(merchant)


def send_callback(world: World, checkout_request_id: str, given: Given) -> list[Delivery]:
    """Deliver the callback of a push again, or any body to any URL (a forgery); see README."""
    values = read(given, _SEND)
    push = world.pushes.get(checkout_request_id)
    if push is None:
        raise NotFoundError(f"no push has the CheckoutRequestID {checkout_request_id}")
    url = values["url"] or push.callback_url
    what = notice(push, _callback_text(world, push, values))
    again = Notice(
        what=what.what,
        about=what.about,
        url=str(url),
        text=what.text,
        short_code=what.short_code,
    )
    copies = values["copies"]
    assert isinstance(copies, int)
    return [enqueue(world, again) for _ in range(copies)]


def _callback_text(world: World, push: Push, values: Mapping[str, object]) -> str:
    given = [name for name in ("body", "text", "code") if values[name] is not None]
    if len(given) > 1:
        raise BadInputError(given[1], f"give one of body, text and code, not {given}")
    if isinstance(values["text"], str):
        return values["text"]
    if values["body"] is not None:
        return json_text(values["body"])
    code = values["code"] or push.result_code
    if code is None:
        raise BadInputError("code", "the push is still open: give code, body or text")
    return render(world, push, str(code), push.plan.notify)


_MERCHANT = {
    "short_code": Field(Text(5, 7)),
    "party_b": Field(Text(5, 7), default=None),
    "kind": Field(Choice("paybill", "till"), default="paybill"),
    "name": Field(Text(1, 300)),
    "passkey": Field(Text(1, 200)),
}
_SEND = {
    "url": Field(Text(8, 2_000), default=None),
    "body": Field(ANYTHING, default=None),
    "text": Field(Text(0, MAX_BODY), default=None),
    "code": Field(Text(1, 40), default=None),
    "copies": Field(Whole(1, MAX_COPIES), default=1),
}
