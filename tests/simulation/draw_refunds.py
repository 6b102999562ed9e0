"""Draws who asks for money back, who decides about it, and what the meters burn meanwhile."""

from __future__ import annotations

from tests.simulation.chance import Stream
from tests.simulation.plan import (
    DAY_MS,
    MINUTE_MS,
    OPERATORS,
    SECOND_MS,
    Act,
    MeterAct,
    RefundAsk,
    RefundWord,
)


def draw_refunds(chance: Stream, within_ms: int, meters: tuple[str, ...]) -> list[Act]:
    """In a third of the runs none; in the others up to four, at times by two people at once."""
    count = chance.one_of((0, 0, 1, 2, 3, 4))
    if not count:
        return []
    acts: list[Act] = []
    for number in range(1, count + 1):
        ask = _draw_ask(chance, f"r{number}", within_ms)
        acts.append(ask)
        if chance.likely(0.3):  # somebody else had the same idea
            acts.append(
                RefundAsk(
                    name=f"r{number}b",
                    after_ms=ask.after_ms + chance.between(0, 3 * SECOND_MS),
                    uid=chance.one_of(OPERATORS),
                    pick=ask.pick,
                    part=chance.one_of(("unused", "whole", "half")),
                    by_reversal=chance.likely(0.5),
                    key=f"key-r{number}b",
                    from_queue=ask.from_queue,
                )
            )
    acts += _draw_words(chance, within_ms)
    for meter_id in meters[:3]:
        if chance.likely(0.3):
            at_ms = chance.between(0, within_ms + 5 * MINUTE_MS)
            what = chance.one_of(("burns half", "burns all"))
            acts.append(MeterAct(f"{meter_id} {what}", at_ms, meter_id, what))
    return acts


def _draw_ask(chance: Stream, name: str, within_ms: int) -> RefundAsk:
    return RefundAsk(
        name=name,
        after_ms=chance.between(within_ms // 2, within_ms) + chance.between(1, 10) * MINUTE_MS,
        uid=chance.one_of(OPERATORS),
        pick=chance.between(0, 5),
        part=chance.one_of(("unused", "unused", "whole", "half")),
        by_reversal=chance.likely(0.5),
        key=f"key-{name}",
        from_queue=chance.likely(0.4),
        taps_ms=(chance.one_of((40, 2_000, 60_000)),) if chance.likely(0.3) else (),
    )


def _draw_words(chance: Stream, within_ms: int) -> list[Act]:
    return [
        RefundWord(
            name=f"w{number}",
            after_ms=chance.between(0, chance.one_of((within_ms, 3 * DAY_MS))) + 2 * MINUTE_MS,
            uid=chance.one_of(OPERATORS),
            pick=chance.between(0, 2),
            agrees=chance.likely(0.75),
        )
        for number in range(1, chance.one_of((0, 2, 4)) + 1)
    ]
