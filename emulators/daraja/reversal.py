"""Reversal of money a customer sent (STK or by hand): all of it or a part, once per receipt.

No public source tells what a part or too much leads to; here a part is reversed and closes the
receipt for another reversal, and more than was paid is 2028.
"""

from emulators.daraja import result_codes as codes
from emulators.daraja.book import InsufficientFundsError, Row
from emulators.daraja.initiated import Command, Finding, Wanted, read_command, start
from emulators.daraja.nairobi import stamp
from emulators.daraja.plan import Plan
from emulators.daraja.request_fields import amount_kes, matching, text
from emulators.daraja.sms import receive_sms, shillings
from emulators.daraja.wire import Answer, Body, invalid
from emulators.daraja.world import World

ALREADY_REVERSED = "R000001"
BAD_ID = "R000002"
_WANTED = Wanted(commands=("TransactionReversal",), party="ReceiverParty")


def request(world: World, body: Body, plan: Plan) -> Answer:
    """Check the fields, acknowledge, and reverse."""
    receipt = matching(body, "TransactionID", r"[A-Za-z0-9]{1,40}")
    amount = amount_kes(body)
    if text(body, "RecieverIdentifierType") != "11":
        raise invalid("RecieverIdentifierType")
    command = read_command(world, body, plan, _WANTED)
    return start(world, command, lambda: _reverse(world, command, receipt, amount))


def _reverse(world: World, command: Command, original_receipt: str, amount: int) -> Finding:
    receipt = world.ids.receipt(world.now_ms)
    original = world.book.row(original_receipt)
    merchant = world.merchants[command.short_code]
    refusal = _refusal(original, merchant.party_b, amount)
    if original is None or refusal is not None:
        return Finding(code=refusal or BAD_ID, transaction_id=receipt)
    phone = world.phone(original.msisdn)
    row = Row(
        receipt=receipt,
        channel="reversal",
        msisdn=phone.msisdn,
        amount=amount,
        short_code=original.short_code,
        account_reference=original_receipt,
        checkout_request_id=None,
        conversation_ids=(command.originator_conversation_id, command.conversation_id),
        at_ms=world.now_ms,
    )
    try:
        world.book.post(merchant.account, phone.account, row)
    except InsufficientFundsError:
        return Finding(code=codes.INSUFFICIENT, transaction_id=receipt)
    original.reversed_at_ms = world.now_ms
    original.reversed_amount = amount
    original.reversed_by = receipt
    receive_sms(
        world,
        phone,
        f"{receipt} Confirmed. Transaction {original_receipt} has been reversed and "
        f"{shillings(amount)} is credited to your M-PESA account.",
    )
    world.event("reversed", receipt=original_receipt, by=receipt, amount=amount)
    left = world.book.balance(merchant.account)
    name = " ".join(part for part in phone.name if part)
    return Finding(
        code=codes.PAID,
        transaction_id=receipt,
        parameters={
            "DebitAccountBalance": f"Utility Account|KES|{left}.00|{left}.00|0.00|0.00",
            "Amount": f"{amount}.00",
            "TransCompletedTime": stamp(world.now_ms),
            "OriginalTransactionID": original_receipt,
            "Charge": "0.00",
            "CreditPartyPublicName": f"{phone.msisdn} - {name}",
            "DebitPartyPublicName": f"{merchant.short_code} - {merchant.name}",
        },
    )


def _refusal(original: Row | None, party_b: str, amount: int) -> str | None:
    if original is None or original.channel not in ("stk", "c2b"):
        return BAD_ID
    if original.short_code != party_b:
        return BAD_ID
    if original.reversed_by is not None:
        return ALREADY_REVERSED
    return codes.NOT_PERMITTED if amount > original.amount else None
