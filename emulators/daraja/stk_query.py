"""POST /mpesa/stkpushquery/v1/query: what is known about a push, in all the shapes observed."""

from emulators.daraja import result_codes as codes
from emulators.daraja.plan import Plan, QueryShape
from emulators.daraja.request_fields import matching, signed_merchant
from emulators.daraja.wire import (
    Answer,
    Body,
    RefusedError,
    accepted,
    firewall,
    invalid,
    spike_arrest,
)
from emulators.daraja.world import Push, World

WINDOW_MS = 60_000


def query(world: World, body: Body, _plan: Plan) -> Answer:
    """The result when there is one, else one of the in-flight shapes."""
    if not _within_limit(world):
        return spike_arrest()
    merchant = signed_merchant(world, body)
    checkout_request_id = matching(body, "CheckoutRequestID", r"[A-Za-z0-9_.-]{1,100}")
    push = world.pushes.get(checkout_request_id)
    if push is None or push.merchant.short_code != merchant.short_code:
        raise RefusedError(500, "500.001.1001", "The transaction does not Exist")
    push.polls += 1
    plan = push.plan.query
    if plan.dead_until_ms is not None and world.now_ms < plan.dead_until_ms:
        raise RefusedError(500, "500.001.1001", "System is busy. Please try again in few minutes.")
    shape = plan.shape_of(push.polls)
    if shape is not None:
        return _shaped(push, shape)
    if world.ids.chance(world.switches.query_random_500_percent):
        raise RefusedError(500, "500.001.1001", "")
    if push.result_code is None:
        return _shaped(push, world.switches.query_in_flight)
    return _known(push, plan.contradiction or push.result_code)


def _within_limit(world: World) -> bool:
    limit = world.switches.query_limit_per_minute
    if limit == 0:
        return True
    since = world.now_ms - WINDOW_MS
    world.query_times_ms = [at_ms for at_ms in world.query_times_ms if at_ms > since]
    if len(world.query_times_ms) >= limit:
        return False
    world.query_times_ms.append(world.now_ms)
    return True


def _known(push: Push, code: str) -> Answer:
    return accepted(
        {
            "ResponseCode": "0",
            "ResponseDescription": "The service request has been accepted successsfully",
            "MerchantRequestID": push.merchant_request_id,
            "CheckoutRequestID": push.checkout_request_id,
            "ResultCode": code,
            "ResultDesc": codes.query_description(code),
        }
    )


def _shaped(push: Push, shape: QueryShape) -> Answer:
    if shape == "4999":
        return _known(push, codes.IN_FLIGHT)
    if shape == "paid":
        return _known(push, codes.PAID)
    if shape == "spike_arrest":
        return spike_arrest()
    if shape == "waf":
        return firewall(503)
    if shape == "drop":
        return Answer(text="", drop=True)
    if shape == "early_400":
        raise invalid("CheckoutRequestID")
    status, message = {
        "empty_200": (200, ""),
        "being_processed": (500, "The transaction is being processed"),
        "not_exist": (500, "The transaction does not Exist"),
        "error_500": (500, ""),
    }[shape]
    raise RefusedError(status, "500.001.1001", message)
