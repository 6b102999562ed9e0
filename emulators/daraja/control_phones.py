"""The payers' part of the control API: look at phones, set them up, act as the person."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import get_args

from emulators.daraja.c2b import Payment, pay
from emulators.daraja.checked import Choice, Field, NotFoundError, Text, Whole, read
from emulators.daraja.payer import cancel, enter_pin, ignore
from emulators.daraja.phones import PIN_ATTEMPTS, Auto, Phone, is_msisdn
from emulators.daraja.plan import NotifyPlan
from emulators.daraja.world import World

Given = Mapping[str, object]
MAX_BALANCE_KES = 10**12
MAX_DELAY_MS = 7 * 24 * 3_600_000


def show_phone(world: World, msisdn: str) -> dict[str, object]:
    """A phone with its prompt, inbox and balance; a number seen for the first time gets one."""
    phone = _phone(world, msisdn)
    return {
        "msisdn": phone.msisdn,
        "name": " ".join(part for part in phone.name if part),
        "pin": phone.pin,
        "balance": world.book.balance(phone.account),
        "auto": phone.auto,
        "delay_ms": phone.auto_delay_ms,
        "locked": phone.locked,
        "prompt": asdict(phone.prompt) if phone.prompt else None,
        "sms": [asdict(sms) for sms in phone.sms],
    }


def show_phones(world: World) -> dict[str, object]:
    """Every phone."""
    return {"phones": [show_phone(world, phone.msisdn) for phone in world.phones]}


def set_phone(world: World, msisdn: str, given: Given) -> dict[str, object]:
    """Set balance, pin, auto (with delay_ms), locked: only what is given changes."""
    values = read(given, _PHONE)
    phone = _phone(world, msisdn)
    if isinstance(values["balance"], int):
        world.book.set_balance(phone.account, values["balance"])
    if isinstance(values["pin"], str):
        phone.pin = values["pin"]
    if values["auto"] in get_args(Auto):
        phone.auto = values["auto"]  # type: ignore[assignment]
        phone.auto_delay_ms = 0
    if isinstance(values["delay_ms"], int):
        phone.auto_delay_ms = values["delay_ms"]
    if isinstance(values["locked"], bool):
        phone.wrong_pins = PIN_ATTEMPTS if values["locked"] else 0
    world.event("phone_changed", msisdn=msisdn)
    return show_phone(world, msisdn)


def act(world: World, msisdn: str, action: str, given: Given) -> dict[str, object]:
    """The person's act on the open prompt: pin, cancel or ignore; how the push ended."""
    if action == "pin":
        push = enter_pin(world, msisdn, str(read(given, {"pin": Field(Text(1, 12))})["pin"]))
    else:
        read(given, {})
        push = (cancel if action == "cancel" else ignore)(world, msisdn)
    return {
        "checkout_request_id": push.checkout_request_id,
        "result_code": push.result_code,
        "receipt": push.receipt,
    }


def pay_by_hand(world: World, msisdn: str, given: Given) -> dict[str, object]:
    """Pay from the M-PESA menu: {short_code (or till), amount, account_reference}."""
    values = read(given, _BY_HAND)
    phone = _phone(world, msisdn)
    wanted, reference = str(values["short_code"]), str(values["account_reference"])
    merchant = next((item for item in world.merchants.values() if item.party_b == wanted), None)
    if merchant is None:
        raise NotFoundError(f"no PayBill or till has the number {wanted}")
    scenario = world.scenarios.find("c2b_payment", msisdn, reference)
    amount = values["amount"]
    assert isinstance(amount, int)
    payment = Payment(
        receipt=world.ids.receipt(world.now_ms),
        merchant=merchant,
        phone=phone,
        amount=amount,
        bill_reference=reference,
        at_ms=world.now_ms,
        plan=scenario.plan.notify if scenario else NotifyPlan(),
    )
    if scenario:
        world.scenarios.spend(scenario)
    pay(world, payment)
    return {"receipt": payment.receipt, "state": payment.state}


def _phone(world: World, msisdn: str) -> Phone:
    if not is_msisdn(msisdn):
        raise NotFoundError(f"{msisdn} is not of the form 2547XXXXXXXX or 2541XXXXXXXX")
    return world.phone(msisdn)


_PHONE = {
    "balance": Field(Whole(0, MAX_BALANCE_KES), default=None),
    "pin": Field(Text(4, 4), default=None),
    "auto": Field(Choice(*get_args(Auto)), default=None),
    "delay_ms": Field(Whole(0, MAX_DELAY_MS), default=None),
    "locked": Field(Choice(True, False), default=None),
}
_BY_HAND = {
    "short_code": Field(Text(5, 7)),
    "amount": Field(Whole(1, 250_000)),
    "account_reference": Field(Text(0, 20), default=""),
}
