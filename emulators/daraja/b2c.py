"""B2C: money from the short code to a phone, once per OriginatorConversationID."""

from collections.abc import Callable

from emulators.daraja import result_codes as codes
from emulators.daraja.book import InsufficientFundsError, Row
from emulators.daraja.initiated import (
    Command,
    Finding,
    Wanted,
    read_command,
    start,
    with_originator,
)
from emulators.daraja.nairobi import dotted
from emulators.daraja.phones import Phone
from emulators.daraja.plan import Plan
from emulators.daraja.request_fields import amount_kes, matching, msisdn
from emulators.daraja.sms import receive_sms, shillings
from emulators.daraja.wire import Answer, Body, Numeral, RefusedError
from emulators.daraja.world import World

MIN_AMOUNT_KES = 10
MAX_WALLET_KES = 500_000
_WANTED = Wanted(
    initiator="InitiatorName",
    commands=("SalaryPayment", "BusinessPayment", "PromotionPayment"),
    party="PartyA",
    occasion="Occassion",
)


def payment_request(version: int) -> Callable[[World, Body, Plan], Answer]:
    """The handler of v3 (OriginatorConversationID is the client's) or v1 (it is ours)."""

    def request(world: World, body: Body, plan: Plan) -> Answer:
        amount = amount_kes(body)
        payee = msisdn(body, "PartyB")
        command = read_command(world, body, plan, _WANTED)
        if version >= 3:
            own = matching(body, "OriginatorConversationID", r"[!-~]{1,60}")
            if own in world.payouts:
                raise RefusedError(500, "500.002.1001", "Duplicate OriginatorConversationID.")
            command = with_originator(command, own)
        world.payouts[command.originator_conversation_id] = command.conversation_id
        return start(world, command, lambda: _pay_out(world, command, payee, amount))

    return request


def _pay_out(world: World, command: Command, payee: str, amount: int) -> Finding:
    merchant = world.merchants[command.short_code]
    phone = world.phone(payee)
    receipt = world.ids.receipt(world.now_ms)
    refusal = _refusal(world, phone, amount)
    row = Row(
        receipt=receipt,
        channel="b2c",
        msisdn=payee,
        amount=amount,
        short_code=command.short_code,
        account_reference="",
        checkout_request_id=None,
        conversation_ids=(command.originator_conversation_id, command.conversation_id),
        at_ms=world.now_ms,
    )
    try:
        if refusal is None:
            world.book.post(merchant.account, phone.account, row)
    except InsufficientFundsError:
        refusal = codes.INSUFFICIENT
    if refusal is not None:
        return Finding(code=refusal, transaction_id=receipt)
    receive_sms(
        world,
        phone,
        f"{receipt} Confirmed. You have received {shillings(amount)} from {merchant.name}. "
        f"New M-PESA balance is {shillings(world.book.balance(phone.account))}.",
    )
    world.event("paid_out", receipt=receipt, msisdn=payee, amount=amount)
    return Finding(
        code=codes.PAID,
        transaction_id=receipt,
        parameters=_parameters(world, row, phone, world.book.balance(merchant.account)),
    )


def _refusal(world: World, phone: Phone, amount: int) -> str | None:
    if amount < MIN_AMOUNT_KES:
        return "2"
    if world.book.balance(phone.account) + amount > MAX_WALLET_KES:
        return "8"
    return None


def _parameters(world: World, row: Row, phone: Phone, left: int) -> dict[str, object]:
    name = " ".join(part for part in phone.name if part)
    return {
        "TransactionAmount": row.amount,
        "TransactionReceipt": row.receipt,
        "ReceiverPartyPublicName": f"{phone.msisdn} - {name}",
        "TransactionCompletedDateTime": dotted(world.now_ms),
        "B2CUtilityAccountAvailableFunds": Numeral(text=f"{left}.00"),
        "B2CWorkingAccountAvailableFunds": Numeral(text="0.00"),
        "B2CRecipientIsRegisteredCustomer": "Y",
        "B2CChargesPaidAccountAvailableFunds": Numeral(text="0.00"),
    }
