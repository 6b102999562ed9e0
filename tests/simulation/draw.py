"""Draws a plan from the seed: who pays what when, and what else goes on."""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.chance import Stream
from tests.simulation.draw_refunds import draw_refunds
from tests.simulation.mpesa import REFUSALS
from tests.simulation.plan import (
    AMOUNTS,
    DAY_MS,
    GRACE,
    HOUR_MS,
    LOOK_ALIKE,
    MID_MONTH_MS,
    MINUTE_MS,
    MONTH_END_MS,
    OPERATORS,
    OWNERS,
    PHONES,
    SECOND_MS,
    VENDED,
    VENDED_OWNERS,
    Act,
    Archive,
    ByHand,
    Decision,
    MeterAct,
    Plan,
    PowerCut,
    Purchase,
    Reprice,
    VendWord,
    Verdict,
)
from tests.simulation.prices import PriceList

MONTHLY_CENTS = (0, 0, 0, 3_000, 20_000)
MONTHS_MS = 65 * DAY_MS


def draw_plan(chance: Stream) -> Plan:
    """A run of 1 to 5 purchases and 0 to 3 payments by hand, within a minute, an hour or a day."""
    c2b, pull = chance.likely(0.6), chance.likely(0.4)
    meters = ("MTR-001", "MTR-002", "MTR-003", *((LOOK_ALIKE,) if chance.likely(0.15) else ()))
    vended = chance.likely(0.3)
    if vended:
        meters = (*meters, VENDED)
    plan = Plan(
        start_ms=MONTH_END_MS if chance.likely(0.2) else MID_MONTH_MS,
        credits_on_query=chance.likely(0.6),
        c2b=c2b,
        pull=pull,
        mpesa_skew_ms=chance.between(-4 * MINUTE_MS, 4 * MINUTE_MS) if chance.likely(0.3) else 0,
        clocks_ms=(_draw_clock(chance), _draw_clock(chance)),
        meters=meters,
        prices=_draw_prices(chance, chance.one_of(MONTHLY_CENTS)),
        troubled_ms=chance.one_of((5 * MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, 60 * HOUR_MS)),
    )
    within_ms = chance.one_of((20 * SECOND_MS, 5 * MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, 30 * HOUR_MS))
    if plan.prices.monthly_cents and chance.likely(0.5):
        within_ms = MONTHS_MS
    sold_to = (*OWNERS, VENDED, VENDED) if vended else tuple(OWNERS)
    busy_meter = chance.one_of(sold_to) if chance.likely(0.5) else None
    acts: list[Act] = []
    for number in range(1, chance.one_of((1, 1, 2, 2, 3, 4, 5)) + 1):
        acts.append(_draw_purchase(chance, number, within_ms, busy_meter or chance.one_of(sold_to)))
    if c2b or pull:
        acts += [
            _draw_by_hand(chance, number, within_ms, busy_meter, meters)
            for number in range(1, chance.one_of((0, 0, 1, 2, 3)) + 1)
        ]
    acts += _draw_operators(chance, within_ms, meters)
    acts += _draw_troubles(chance, within_ms, plan)
    acts += draw_refunds(chance, within_ms, meters)
    if within_ms < MONTHS_MS:  # later on what was recorded leaves the live database
        acts += _draw_archive(chance, within_ms)
    if vended:
        acts += _draw_looks(chance, within_ms)
    return replace(plan, acts=tuple(acts))


def _draw_clock(chance: Stream) -> int:
    return chance.between(-20 * SECOND_MS, 20 * SECOND_MS) if chance.likely(0.15) else 0


def _draw_prices(chance: Stream, monthly_cents: int) -> PriceList:
    flat = ((None, chance.one_of((2_500, 1_900, 777))),)
    blocks = ((3_000, 1_223), (50_000, 1_900), (None, 2_411))
    return PriceList(
        blocks=blocks if chance.likely(0.4) else flat,
        levy_percent=chance.one_of((0, 0, 7)),
        vat_percent=chance.one_of((0, 16)),
        monthly_cents=monthly_cents,
    )


def _draw_purchase(chance: Stream, number: int, within_ms: int, meter_id: str) -> Purchase:
    owner = VENDED_OWNERS[meter_id] or GRACE
    taps = tuple(
        chance.one_of((30, 200, 2_000, 20_000, 90_000))
        for _ in range(chance.one_of((0, 0, 0, 1, 2)))
    )
    looks = tuple(
        chance.between(SECOND_MS, 3 * MINUTE_MS) for _ in range(chance.one_of((0, 0, 1, 3)))
    )
    return Purchase(
        name=f"p{number}",
        after_ms=chance.between(0, within_ms),
        uid=GRACE if chance.likely(0.15) else owner,
        meter_id=meter_id,
        amount_kes=chance.one_of(AMOUNTS),
        phone=chance.one_of(PHONES),
        key=f"key-{number}",
        reply="pays" if chance.likely(0.75) else chance.one_of(tuple(REFUSALS)),
        reply_after_ms=chance.between(2 * SECOND_MS, 55 * SECOND_MS),
        taps_ms=taps,
        looks_ms=looks,
    )


def _draw_by_hand(
    chance: Stream, number: int, within_ms: int, busy: str | None, meters: tuple[str, ...]
) -> ByHand:
    meant: str | None = busy or chance.one_of(tuple(OWNERS))
    typed = meant or ""
    style = chance.share()
    if style < 0.15:
        meant, typed = None, chance.one_of(("MTR-404", "", "rent", "0700000001"))
    elif style < 0.5:
        typed = typed.replace("-", "")
    elif style < 0.7:
        typed = f" {typed.lower().replace('-', ' ')} "
    elif style < 0.85:
        typed = typed.replace("0", "O")
        if LOOK_ALIKE in meters and meant == "MTR-001":
            meant = None
    amount = f"{chance.one_of(AMOUNTS)}.00"
    if chance.likely(0.1):
        amount = chance.one_of(("100.50", "0.40"))
    return ByHand(f"h{number}", chance.between(0, within_ms), meant, typed, amount)


def _draw_archive(chance: Stream, within_ms: int) -> list[Act]:
    return [
        Archive(f"archive{number}", chance.between(0, within_ms) + 5 * MINUTE_MS)
        for number in range(1, chance.one_of((0, 1, 3)) + 1)
    ]


def _draw_looks(chance: Stream, within_ms: int) -> list[Act]:
    return [
        VendWord(
            name=f"look{number}",
            after_ms=chance.between(0, within_ms) + chance.one_of((40, 200)) * MINUTE_MS,
            uid=chance.one_of(OPERATORS),
            pick=chance.between(0, 2),
        )
        for number in range(1, chance.one_of((0, 0, 2, 3)) + 1)
    ]


def _draw_operators(chance: Stream, within_ms: int, meters: tuple[str, ...]) -> list[Act]:
    verdicts: list[Act] = [
        Verdict(
            name=f"v{number}",
            after_ms=chance.between(0, within_ms) + MINUTE_MS,
            uid=chance.one_of(OPERATORS),
            pick=chance.between(0, 2),
        )
        for number in range(1, chance.one_of((0, 0, 2, 4)) + 1)
    ]
    return verdicts + [
        Decision(
            name=f"d{number}",
            after_ms=chance.between(0, within_ms) + MINUTE_MS,
            uid=chance.one_of(OPERATORS),
            pick=chance.between(0, 2),
            meter_id=chance.one_of(meters),
        )
        for number in range(1, chance.one_of((0, 0, 2, 5)) + 1)
    ]


def _draw_troubles(chance: Stream, within_ms: int, plan: Plan) -> list[Act]:
    troubles: list[Act] = []
    if chance.likely(0.25):
        prices = _draw_prices(chance, plan.prices.monthly_cents)
        troubles.append(Reprice("tariff", chance.between(0, within_ms), prices))
    for number in range(1, chance.one_of((0, 0, 1, 3)) + 1):
        after_ms = chance.between(0, within_ms + MINUTE_MS)
        troubles.append(PowerCut(f"cut{number}", after_ms, chance.between(0, 1)))
    for meter_id in plan.meters:
        if chance.likely(0.4):
            gone_ms = chance.between(0, within_ms) if chance.likely(0.5) else 0
            back_ms = gone_ms + chance.one_of((10 * SECOND_MS, MINUTE_MS, HOUR_MS, 40 * HOUR_MS))
            troubles.append(MeterAct(f"{meter_id} offline", gone_ms, meter_id, "offline"))
            troubles.append(MeterAct(f"{meter_id} online", back_ms, meter_id, "online"))
        if chance.likely(0.3):
            at_ms = chance.between(0, within_ms + 2 * MINUTE_MS)
            troubles.append(MeterAct(f"{meter_id} reboot", at_ms, meter_id, "reboot"))
    return troubles
