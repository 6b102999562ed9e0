"""What a merchant asks of C2B: register URLs, and in the sandbox simulate a payment by hand."""

from collections.abc import Callable

from emulators.daraja.c2b import MAX_BILL_REFERENCE, Payment, pay
from emulators.daraja.merchants import Merchant
from emulators.daraja.plan import Plan
from emulators.daraja.request_fields import amount_kes, callback_url, matching, msisdn, text
from emulators.daraja.wire import Answer, Body, RefusedError, accepted, invalid
from emulators.daraja.world import C2bUrls, World


def register(version: int) -> Callable[[World, Body, Plan], Answer]:
    """The handler of registerurl v1 (hashed numbers) or v2 (masked numbers)."""

    def register_url(world: World, body: Body, _plan: Plan) -> Answer:
        merchant = _merchant(world, body, "ShortCode")
        response_type = text(body, "ResponseType")
        if response_type not in ("Completed", "Cancelled"):
            raise invalid("ResponseType")
        confirmation_url = callback_url(world, body, "ConfirmationURL", c2b=True)
        validation_url = callback_url(world, body, "ValidationURL", c2b=True)
        if world.switches.c2b_register_once and merchant.short_code in world.c2b_urls:
            raise RefusedError(500, "500.003.1001", "Urls are already registered.")
        world.c2b_urls[merchant.short_code] = C2bUrls(
            confirmation_url=confirmation_url,
            validation_url=validation_url,
            response_type=response_type,
            version=version,
        )
        return accepted(_acknowledgement(world, "Success"))

    return register_url


def simulate(world: World, body: Body, plan: Plan) -> Answer:
    """The sandbox's simulate: a customer pays ShortCode by hand."""
    merchant = _merchant(world, body, "ShortCode")
    if text(body, "CommandID") != merchant.transaction_type:
        raise invalid("CommandID")
    amount = amount_kes(body)
    payer = msisdn(body, "Msisdn")
    given = body.get("BillRefNumber")
    reference = (
        "" if given is None else matching(body, "BillRefNumber", rf".{{0,{MAX_BILL_REFERENCE}}}")
    )
    if not reference and merchant.kind == "paybill":
        raise invalid("BillRefNumber")
    payment = Payment(
        receipt=world.ids.receipt(world.now_ms),
        merchant=merchant,
        phone=world.phone(payer),
        amount=amount,
        bill_reference=reference,
        at_ms=world.now_ms,
        plan=plan.notify,
    )
    answer = _acknowledgement(world, "Accept the service request successfully.")
    return accepted(answer, then=lambda: pay(world, payment))


def _merchant(world: World, body: Body, field: str) -> Merchant:
    merchant = world.merchant(matching(body, field, r"[0-9]{5,7}"))
    if merchant is None:
        raise invalid(field)
    return merchant


def _acknowledgement(world: World, description: str) -> dict[str, object]:
    return {
        "OriginatorCoversationID": world.ids.request(),
        "ResponseCode": "0",
        "ResponseDescription": description,
    }
