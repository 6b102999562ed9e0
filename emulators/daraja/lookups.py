"""Transaction Status and Account Balance: asked now, told later."""

from emulators.daraja import result_codes as codes
from emulators.daraja.book import Row
from emulators.daraja.initiated import Command, Finding, Wanted, read_command, start
from emulators.daraja.nairobi import stamp
from emulators.daraja.plan import MISSING, Plan
from emulators.daraja.request_fields import text
from emulators.daraja.wire import Answer, Body, Numeral, invalid
from emulators.daraja.world import World

PARAMETER_FORMAT = "25"
NOT_FOUND = "R000002"
"""No public source shows the code for a receipt that does not exist; this one is near."""

_STATUS = Wanted(commands=("TransactionStatusQuery",), party="PartyA")
_BALANCE = Wanted(commands=("AccountBalance",), party="PartyA")


def transaction_status(world: World, body: Body, plan: Plan) -> Answer:
    """By TransactionID (a receipt) or OriginalConversationID (an id of a payout or reversal)."""
    receipt, conversation = body.get("TransactionID"), body.get("OriginalConversationID")
    if not receipt and not conversation:
        raise invalid("TransactionID")
    _identifier_type(body)
    command = read_command(world, body, plan, _STATUS)
    wanted = str(receipt or conversation)
    return start(world, command, lambda: _status(world, command, wanted, by_receipt=bool(receipt)))


def account_balance(world: World, body: Body, plan: Plan) -> Answer:
    """What the short code holds."""
    _identifier_type(body)
    command = read_command(world, body, plan, _BALANCE)

    def balance() -> Finding:
        held = f"{world.book.balance(world.merchants[command.short_code].account)}.00"
        names = ("Working", "Float", "Utility", "Charges Paid", "Organization Settlement")
        amounts = [held if name == "Utility" else "0.00" for name in names]
        return Finding(
            code=codes.PAID,
            transaction_id=world.ids.receipt(world.now_ms),
            parameters={
                "AccountBalance": "&".join(
                    f"{name} Account|KES|{amount}|{amount}|0.00|0.00"
                    for name, amount in zip(names, amounts, strict=True)
                ),
                "BOCompletedTime": int(stamp(world.now_ms)),
            },
        )

    return start(world, command, balance)


def _identifier_type(body: Body) -> None:
    if text(body, "IdentifierType") not in ("1", "2", "4"):
        raise invalid("IdentifierType")


def _status(world: World, command: Command, wanted: str, *, by_receipt: bool) -> Finding:
    own_receipt = world.ids.receipt(world.now_ms)
    if by_receipt and not (wanted.isalnum() and len(wanted) == 10):
        return Finding(code=PARAMETER_FORMAT, transaction_id=own_receipt)
    row = world.book.row(wanted) if by_receipt else world.book.row_of_conversation(wanted)
    merchant = world.merchants[command.short_code]
    if row is None or row.short_code not in (merchant.party_b, merchant.short_code):
        return Finding(code=NOT_FOUND, transaction_id=own_receipt)
    return Finding(
        code=codes.PAID,
        transaction_id=own_receipt,
        parameters=_parameters(world, row, f"{merchant.short_code} - {merchant.name}"),
    )


def _parameters(world: World, row: Row, organisation: str) -> dict[str, object]:
    name = " ".join(part for part in world.phone(row.msisdn).name if part)
    customer = f"{row.msisdn} - {name}"
    incoming = row.channel in ("stk", "c2b")
    conversations = row.conversation_ids or ("", "")
    reasons = {
        "stk": "Pay Utility with OD via STK",
        "c2b": "Pay Bill Online",
        "b2c": "Business Payment to Customer via API",
        "reversal": "Transaction Reversal via API",
    }
    return {
        "ReceiptNo": row.receipt,
        "Amount": Numeral(text=f"{row.amount}.00"),
        "TransactionStatus": "Completed",
        "ReasonType": reasons[row.channel],
        "TransactionReason": MISSING,
        "DebitPartyName": customer if incoming else organisation,
        "CreditPartyName": organisation if incoming else customer,
        "DebitAccountType": "MMF Account For Customer" if incoming else "Utility Account",
        "DebitPartyCharges": "",
        "InitiatedTime": int(stamp(row.at_ms)),
        "FinalisedTime": int(stamp(row.at_ms)),
        "OriginatorConversationID": conversations[0],
        "ConversationID": conversations[1],
    }
