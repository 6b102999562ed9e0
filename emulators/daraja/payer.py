"""The payer's side of an STK push: the prompt appears, a person (or `auto`) acts, money moves.

Everything that ends a push goes through `close`, once.
"""

from emulators.daraja import result_codes as codes
from emulators.daraja.book import InsufficientFundsError, Row
from emulators.daraja.checked import NotFoundError
from emulators.daraja.limits import refusal, spending_limit
from emulators.daraja.nairobi import eat
from emulators.daraja.phones import Auto, Phone
from emulators.daraja.sms import receive_sms, shillings
from emulators.daraja.stk_callback import notify
from emulators.daraja.twin import announce
from emulators.daraja.world import Push, World


def show_prompt(world: World, push: Push) -> None:
    """Put the prompt on the screen, or end the push when it cannot be shown."""
    phone = world.phone(push.msisdn)
    code = refusal(push, phone)
    if code is not None:
        close(world, push, code)
        return
    assert phone.prompt is not None
    world.event(
        "prompt_shown",
        checkout_request_id=push.checkout_request_id,
        msisdn=push.msisdn,
        text=phone.prompt.text,
    )
    world.timeline.at(push.expires_at_ms, lambda: close(world, push, codes.NO_ANSWER))
    outcome = push.plan.outcome
    if outcome is not None and outcome.code is not None:
        code = outcome.code
        world.timeline.after(outcome.after_ms, lambda: _forced(world, push, code))
    elif outcome is not None and outcome.act is not None:
        _act_after(world, push, outcome.act, outcome.after_ms)
    elif push.plan.notify.before_response:
        _act_after(world, push, "pay", 0)
    else:
        _act_after(world, push, phone.auto, phone.auto_delay_ms)


def enter_pin(world: World, msisdn: str, pin: str) -> Push:
    """Type a PIN into the open prompt; the push it ended. NotFoundError when no prompt is open."""
    phone, push = _open(world, msisdn)
    if phone.locked:
        close(world, push, codes.PIN_LOCKED)
    elif pin != phone.pin:
        phone.wrong_pins += 1
        close(world, push, codes.PIN_LOCKED if phone.locked else codes.WRONG_PIN)
    else:
        phone.wrong_pins = 0
        _pay(world, push, phone)
    return push


def cancel(world: World, msisdn: str) -> Push:
    """Dismiss the prompt: 1032."""
    push = _open(world, msisdn)[1]
    close(world, push, codes.CANCELLED)
    return push


def ignore(world: World, msisdn: str) -> Push:
    """Leave the prompt unanswered until the network gives up, which it does at once: 1037."""
    push = _open(world, msisdn)[1]
    close(world, push, codes.NO_ANSWER)
    return push


def close(world: World, push: Push, code: str) -> None:
    """End the push with `code` and tell the merchant; a push that has ended stays as it is."""
    if push.result_code is not None:
        return
    push.result_code = code
    phone = world.phone(push.msisdn)
    prompt = phone.prompt
    if prompt is not None and prompt.checkout_request_id == push.checkout_request_id:
        phone.prompt = None
    world.event(
        "push_closed",
        checkout_request_id=push.checkout_request_id,
        msisdn=push.msisdn,
        result_code=code,
        receipt=push.receipt,
    )
    notify(world, push, wait_ms=announce(world, push))


def _open(world: World, msisdn: str) -> tuple[Phone, Push]:
    phone = world.phones.get(msisdn)
    if phone is None or phone.prompt is None:
        raise NotFoundError(f"no prompt is open on {msisdn}")
    return phone, world.pushes[phone.prompt.checkout_request_id]


def _act_after(world: World, push: Push, act: Auto, delay_ms: int) -> None:
    if act == "none":
        return
    if act == "expire":
        world.timeline.at(push.expires_at_ms - 1, lambda: close(world, push, codes.EXPIRED))
        return
    world.timeline.after(delay_ms, lambda: _act(world, push, act))


def _act(world: World, push: Push, act: Auto) -> None:
    phone = world.phone(push.msisdn)
    if push.result_code is not None:
        return
    if act == "pay":
        enter_pin(world, phone.msisdn, phone.pin)
    elif act == "wrong_pin":
        enter_pin(world, phone.msisdn, f"not {phone.pin}")
    elif act == "cancel":
        cancel(world, phone.msisdn)
    else:
        ignore(world, phone.msisdn)


def _forced(world: World, push: Push, code: str) -> None:
    if code == codes.PAID:
        _act(world, push, "pay")
    else:
        close(world, push, code)


def _pay(world: World, push: Push, phone: Phone) -> None:
    limit = spending_limit(world, push)
    if limit is not None:
        receive_sms(world, phone, f"Failed. {codes.callback_description(limit)}")
        close(world, push, limit)
        return
    receipt = world.ids.receipt(world.now_ms)
    row = Row(
        receipt=receipt,
        channel="stk",
        msisdn=push.msisdn,
        amount=push.amount,
        short_code=push.party_b,
        account_reference=push.account_reference,
        checkout_request_id=push.checkout_request_id,
        conversation_ids=(),
        at_ms=world.now_ms,
    )
    try:
        world.book.post(phone.account, push.merchant.account, row)
    except InsufficientFundsError:
        balance = shillings(world.book.balance(phone.account))
        receive_sms(
            world,
            phone,
            f"Failed. You do not have enough money in your M-PESA account to pay "
            f"{shillings(push.amount)}. Your M-PESA balance is {balance}.",
        )
        close(world, push, codes.INSUFFICIENT)
        return
    push.receipt, push.paid_at_ms = receipt, world.now_ms
    receive_sms(world, phone, _receipt_text(world, push, phone))
    world.event(
        "paid",
        receipt=receipt,
        channel="stk",
        msisdn=push.msisdn,
        amount=push.amount,
        checkout_request_id=push.checkout_request_id,
    )
    close(world, push, codes.PAID)


def _receipt_text(world: World, push: Push, phone: Phone) -> str:
    moment = eat(world.now_ms)
    hour = moment.hour % 12 or 12
    when = f"{moment.day}/{moment.month}/{moment:%y} at {hour}:{moment:%M %p}"
    account = f" for account {push.account_reference}" if push.merchant.kind == "paybill" else ""
    return (
        f"{push.receipt} Confirmed. {shillings(push.amount)} sent to {push.merchant.name}{account} "
        f"on {when}. New M-PESA balance is {shillings(world.book.balance(phone.account))}. "
        "Transaction cost, Ksh0.00."
    )
