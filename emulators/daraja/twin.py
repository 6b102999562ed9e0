"""One STK payment told twice: the C2B confirmation of the same receipt beside the callback."""

from emulators.daraja.c2b import Payment, confirmation
from emulators.daraja.notices import send
from emulators.daraja.plan import NotifyPlan, TwinPlan
from emulators.daraja.world import Push, World

USUAL_GAP_MS = 1


def announce(world: World, push: Push) -> int:
    """Send the confirmation when there is to be one; how long the callback waits for it (ms)."""
    urls = world.c2b_urls.get(push.merchant.short_code)
    plan = push.plan.twin
    if plan is None and urls is not None and world.switches.c2b_twin:
        plan = TwinPlan(order="after", gap_ms=USUAL_GAP_MS, url=None)
    url = plan.url if plan and plan.url else urls.confirmation_url if urls else None
    if plan is None or url is None or push.receipt is None:
        return 0
    payment = Payment(
        receipt=push.receipt,
        merchant=push.merchant,
        phone=world.phone(push.msisdn),
        amount=push.amount,
        bill_reference=push.account_reference,
        at_ms=push.paid_at_ms or world.now_ms,
        plan=NotifyPlan(),
        state="paid",
    )
    notice = confirmation(world, payment, url, urls.version if urls else 2)
    if plan.order == "before":
        send(world, notice)
        return plan.gap_ms
    send(world, notice, delay_ms=plan.gap_ms)
    return 0
