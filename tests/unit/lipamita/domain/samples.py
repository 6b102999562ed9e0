"""Payments, quotes and callbacks that the tests start from; each says only what it must."""

from __future__ import annotations

from typing import Any

from lipamita.domain.evidence import StkCallback, UnreadableCallback
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.payment import Payment, Status
from lipamita.domain.prompt import Prompt
from lipamita.domain.tariff import Block, LineKind, Quote, QuoteLine, Tariff
from lipamita.domain.units import Cents, Kes, Millis, Wh

NOW = Millis(1_795_208_400_000)  # 2026-11-21 in Kenya
TRANSACTION = TransactionId("-Of2aAbcdEFGHijkl012")
OTHER_TRANSACTION = TransactionId("-Of2bAbcdEFGHijkl012")
METER = MeterId("MTR-001")
CHECKOUT = "ws_CO_211120261015001234567890"
PROMPT = Prompt(merchant_request_id="29115-1", checkout_request_id=CHECKOUT)
RECEIPT = Receipt("UKL0DEMO01")
OTHER_RECEIPT = Receipt("UKL0DEMO02")


def a_tariff(*prices: tuple[int | None, int], **more: Any) -> Tariff:
    """A tariff of (up_to_wh, price_cents_per_kwh) blocks; one open block of 2,500 by default."""
    blocks = tuple(
        Block(up_to_wh=None if end is None else Wh(end), price_cents_per_kwh=Cents(price))
        for end, price in prices or ((None, 2_500),)
    )
    return Tariff(tariff_id="domestic", blocks=blocks, **more)


def a_quote(amount_kes: int = 500, energy_wh: int = 20_000, remainder_cents: int = 0) -> Quote:
    lines = [
        QuoteLine(
            kind=LineKind.ENERGY,
            label="2500 cents/kWh",
            amount_cents=Cents(amount_kes * 100 - remainder_cents),
            energy_wh=Wh(energy_wh),
        )
    ]
    if remainder_cents:
        left = Cents(remainder_cents)
        lines.append(QuoteLine(kind=LineKind.REMAINDER, label="left", amount_cents=left))
    return Quote(
        tariff_id="domestic",
        amount_kes=Kes(amount_kes),
        energy_wh=Wh(energy_wh),
        month="2026-11",
        month_wh_before=Wh(0),
        lines=tuple(lines),
    )


def a_payment(status: Status = Status.PROMPTED, **more: Any) -> Payment:
    """A payment of 500."""
    facts: dict[str, Any] = {
        "transaction_id": TRANSACTION,
        "user_id": Uid("tenant-amina"),
        "meter_id": METER,
        "amount_kes": Kes(500),
        "phone_masked": MaskedMsisdn("2547******01"),
        "quote": a_quote(),
        "created_at_ms": NOW,
        "updated_at_ms": NOW,
        "next_check_at_ms": NOW,
        "status": status,
    }
    return Payment(**{**facts, **more})


def told(
    code: str | None = "0",
    *,
    receipt: str | None = RECEIPT,
    amount: int | None = 500,
    checkout: str | None = CHECKOUT,
    evidence: str = "e1",
    at_ms: int = NOW,
) -> StkCallback:
    """A callback; by default the exact success of ``a_payment``."""
    return StkCallback(
        evidence_id=evidence,
        received_at_ms=Millis(at_ms),
        checkout_request_id=checkout,
        merchant_request_id="29115-1",
        result_code=code,
        result_desc="said",
        receipt=None if receipt is None else Receipt(receipt),
        amount_kes=None if amount is None else Kes(amount),
    )


def unreadable(evidence: str = "e1") -> UnreadableCallback:
    return UnreadableCallback(evidence_id=evidence, received_at_ms=NOW, why="not a JSON object")
