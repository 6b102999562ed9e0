"""A quote as stored, and back. docs/data-model.md states every field."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.domain.tariff import LineKind, Quote, QuoteLine
from lipamita.domain.units import Cents, Kes, Wh

Json = dict[str, object]


def quote_to_json(quote: Quote) -> Json:
    """``quote`` below a payment or an order."""
    charges: Json = {
        "charge_cents": quote.charge_cents,
        "monthly_charge_cents": quote.monthly_charge_cents,
    }
    return {
        **{name: value for name, value in charges.items() if value},
        "tariff_id": quote.tariff_id,
        "amount_kes": quote.amount_kes,
        "energy_wh": quote.energy_wh,
        "month": quote.month,
        "month_wh_before": quote.month_wh_before,
        "lines": {
            f"l{index:02d}": {
                "kind": line.kind.value,
                "label": line.label,
                "amount_cents": line.amount_cents,
                "energy_wh": line.energy_wh,
            }
            for index, line in enumerate(quote.lines, start=1)
        },
    }


def quote_from_json(fields: Fields) -> Quote:
    """The quote a node holds. Raises UnreadableError, and ValueError for an unknown kind."""
    return Quote(
        tariff_id=fields.text("tariff_id"),
        amount_kes=Kes(fields.whole("amount_kes")),
        energy_wh=Wh(fields.whole("energy_wh")),
        month=fields.text("month"),
        month_wh_before=Wh(fields.whole("month_wh_before")),
        lines=tuple(
            QuoteLine(
                kind=LineKind(line.text("kind")),
                label=line.text("label"),
                amount_cents=Cents(line.whole("amount_cents")),
                energy_wh=Wh(line.whole_or("energy_wh", 0)),
            )
            for _, line in fields.children("lines")
        ),
        charge_cents=Cents(fields.whole_or("charge_cents", 0)),
        monthly_charge_cents=Cents(fields.whole_or("monthly_charge_cents", 0)),
    )
