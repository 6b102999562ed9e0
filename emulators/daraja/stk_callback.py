"""The STK callback: its body in every observed shape, and when how many copies go where.

Sent once; an answer other than 200 changes nothing.
"""

from dataclasses import replace

from emulators.daraja import result_codes as codes
from emulators.daraja.journal import Notice
from emulators.daraja.nairobi import stamp
from emulators.daraja.notices import send
from emulators.daraja.phones import mask
from emulators.daraja.plan import MISSING, NotifyPlan
from emulators.daraja.wire import Numeral, json_text
from emulators.daraja.world import Push, World


def notify(world: World, push: Push, *, wait_ms: int = 0) -> None:
    """Send what the plan wants sent about a push that has just ended, after `wait_ms`."""
    plan = push.plan.notify
    if plan.none:
        name = push.checkout_request_id
        world.event("callback_withheld", checkout_request_id=name, why="scenario")
        return
    truth = str(push.result_code)
    told = [(0, truth)]
    if plan.first_code is not None:
        told = [(0, plan.first_code), (plan.gap_ms, truth)]
    elif plan.last_code is not None:
        told = [(0, truth), (plan.gap_ms, plan.last_code)]
    for delay_ms, code in told:
        told_plan = plan if code == truth else replace(plan, code_given=False)
        send(
            world,
            notice(push, render(world, push, code, told_plan)),
            delay_ms=wait_ms + plan.late_ms + delay_ms,
            copies=plan.copies,
        )


def render(world: World, push: Push, code: str, plan: NotifyPlan) -> str:
    """The body for a result code; code 0 of an unpaid push has invented no receipt."""
    callback: dict[str, object] = {
        "MerchantRequestID": push.merchant_request_id,
        "CheckoutRequestID": push.checkout_request_id,
        "ResultCode": int(code) if code.isdecimal() else code,
        "ResultDesc": codes.callback_description(code),
    }
    if plan.code_given:
        callback["ResultCode"] = plan.code
        if plan.code is MISSING:
            del callback["ResultCode"]
    if code == codes.PAID and push.receipt is not None:
        callback["CallbackMetadata"] = {"Item": _items(world, push, plan)}
    return json_text({"Body": {"stkCallback": callback}})


def notice(push: Push, text: str) -> Notice:
    """The callback to the push's own URL."""
    return Notice(
        what="stk_callback",
        about=push.checkout_request_id,
        url=push.callback_url,
        text=text,
        short_code=push.merchant.short_code,
    )


def _items(world: World, push: Push, plan: NotifyPlan) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    amount = plan.amount if plan.amount_given else Numeral(text=f"{push.amount}.00")
    if amount is not MISSING:
        items.append({"Name": "Amount", "Value": amount})
    items.append({"Name": "MpesaReceiptNumber", "Value": push.receipt})
    items.extend(_balance(world, push, plan))
    assert push.paid_at_ms is not None
    items.append({"Name": "TransactionDate", "Value": int(stamp(push.paid_at_ms))})
    shape = plan.phone or ("masked" if world.switches.callback_mask_phone else "plain")
    if shape != "missing":
        phones = {"plain": int(push.msisdn), "masked": mask(push.msisdn), "text": push.msisdn}
        items.append({"Name": "PhoneNumber", "Value": phones[shape]})
    return items


def _balance(world: World, push: Push, plan: NotifyPlan) -> list[dict[str, object]]:
    balance = world.book.balance(push.merchant.account)
    shape = plan.balance or world.switches.callback_balance
    if shape == "absent":
        return []
    if shape == "no_value":
        return [{"Name": "Balance"}]
    if shape == "number":
        return [{"Name": "Balance", "Value": Numeral(text=f"{balance}.00")}]
    text = f"{{Amount={{CurrencyCode=KES, MinimumAmount={balance}00, BasicAmount={balance}.00}}}}"
    return [{"Name": "Balance", "Value": text}]
