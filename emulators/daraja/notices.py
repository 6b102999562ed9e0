"""Putting notifications into the outbox, now or later, once or in copies."""

from emulators.daraja.journal import Delivery, Notice, Outcome
from emulators.daraja.world import World

MAX_OUTBOX = 20_000


def send(world: World, notice: Notice, *, delay_ms: int = 0, copies: int = 1) -> None:
    """POST the notice in `delay_ms`, `copies` times in parallel."""

    def post() -> None:
        for _ in range(copies):
            enqueue(world, notice)

    if delay_ms <= 0:
        post()
    else:
        world.timeline.after(delay_ms, post)


def enqueue(world: World, notice: Notice) -> Delivery:
    """One POST with the headers seen on real ones, for the shell to make."""
    if len(world.outbox) >= MAX_OUTBOX:
        raise RuntimeError(f"{MAX_OUTBOX} notifications wait to be sent; nobody sends them")
    headers = {
        "Content-Type": "application/json;charset=UTF-8",
        "Businessshortcode": notice.short_code,
    }
    if world.switches.forwarded_for:
        headers["X-Forwarded-For"] = world.switches.forwarded_for
    delivery = world.journal.delivery(notice, headers, world.now_ms)
    world.outbox.append(delivery)
    return delivery


def delivered(world: World, delivery: Delivery, outcome: Outcome) -> None:
    """Record how a POST ended and act on its reply."""
    delivery.outcome = outcome
    world.event(
        "callback_delivered" if outcome.status is not None else "callback_failed",
        delivery=delivery.number,
        what=delivery.notice.what,
        about=delivery.notice.about,
        url=delivery.notice.url,
        status=outcome.status,
        error=outcome.error,
        duration_ms=outcome.duration_ms,
    )
    react = world.awaiting_reply.pop(delivery.number, None)
    if react is not None:
        react(outcome)
