"""The receipt of a payment: what every shilling of it became, in English or Swahili.

A receipt exists once the money is known. Its lines are the frozen quote's, which add up to the
amount; the energy is what was sold for it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from lipamita.domain.adjustment import is_adjustment
from lipamita.domain.payment import Payment, Status
from lipamita.domain.place import OrderedPlace
from lipamita.domain.receipt_number import receipt_number
from lipamita.domain.tariff import CENTS_PER_KES, LineKind, QuoteLine
from lipamita.domain.units import EAT, SECOND_MS, Millis
from lipamita.entrypoints.messages import Language
from lipamita.use_cases.view import PaymentView

Json = dict[str, object]

WITHOUT_RECEIPT = frozenset(
    {Status.CREATED, Status.PROMPTED, Status.FAILED, Status.EXPIRED, Status.REVIEW}
)
MONTHS = {
    Language.ENGLISH: (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    Language.SWAHILI: (
        *("Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai"),
        *("Agosti", "Septemba", "Oktoba", "Novemba", "Desemba"),
    ),
}
ENERGY = {Language.ENGLISH: "Energy at KES {} per kWh", Language.SWAHILI: "Umeme, KES {} kwa kWh"}
CHARGE = {Language.ENGLISH: "Fixed charge {}", Language.SWAHILI: "Ada ya mwezi {}"}
VAT_ON_CHARGE = {
    Language.ENGLISH: "{} on fixed charge",
    Language.SWAHILI: "{} ya ada ya mwezi",
}
REMAINDER = {
    Language.ENGLISH: "Below one watt-hour",
    Language.SWAHILI: "Chini ya wati-saa moja",
}
UNTIL = {Language.ENGLISH: "to", Language.SWAHILI: "hadi"}
_PRICE = re.compile(r"([0-9]+) cents/kWh")
_CHARGED = re.compile(r"Fixed charge ([0-9-]{7})(?: to ([0-9-]{7}))?")
_VAT_ON_CHARGE = re.compile(r"(VAT [0-9]+%) on fixed charge")


def receipt_json(view: PaymentView, language: Language) -> Json | None:
    """The receipt; None while the money is not known to be here. Money in cents, energy in Wh."""
    payment, meter = view.payment, view.meter
    if (
        payment.paid_at_ms is None
        or payment.status in WITHOUT_RECEIPT
        or is_adjustment(payment.product)
    ):
        return None
    return {
        "number": receipt_number(payment.transaction_id),
        "mpesa_receipt": payment.mpesa_receipt,
        "date_text": date_text(payment.paid_at_ms, language),
        "site": site_of(view),
        "meter_id": payment.meter_id,
        "meter_name": meter.name if meter else None,
        "order": None if payment.order is None else ordered_json(payment.order, language),
        "amount_cents": payment.amount_kes * CENTS_PER_KES,
        "energy_wh": _energy_wh(payment),
        "lines": [
            {
                "kind": line.kind.value,
                "label": line_label(line, language),
                "amount_cents": line.amount_cents,
                "energy_wh": line.energy_wh,
            }
            for line in payment.quote.lines
        ],
    }


def site_of(view: PaymentView) -> str | None:
    """The estate or building: the meter's, or the place's."""
    if view.payment.order is not None:
        return view.payment.order.site
    return view.meter.site if view.meter else None


def ordered_json(place: OrderedPlace, language: Language) -> dict[str, object]:
    """What was ordered, as an order and a payment show it."""
    return {
        "order_id": place.order_id,
        "place_id": place.place_id,
        "place_name": place.name,
        "kind": place.kind.value,
        "site": place.site,
        "starts_at_ms": place.starts_at_ms,
        "ends_at_ms": place.ends_at_ms,
        "when_text": f"{date_text(place.starts_at_ms, language)}-{_clock_text(place.ends_at_ms)}",
    }


def date_text(at_ms: Millis, language: Language) -> str:
    """``21 November 2026, 10:15`` in East Africa time."""
    at = datetime.fromtimestamp(at_ms // SECOND_MS, UTC).astimezone(EAT)
    return f"{at.day} {MONTHS[language][at.month - 1]} {at.year}, {at:%H:%M}"


def _clock_text(at_ms: Millis) -> str:
    """``10:15`` in East Africa time; the end of a day is 24:00."""
    at = datetime.fromtimestamp(at_ms // SECOND_MS, EAT)
    return f"{at:%H:%M}" if at.hour or at.minute else "24:00"


def line_label(line: QuoteLine, language: Language) -> str:
    """What the line pays for. A name that an operator gave, such as a levy's, stays as it is."""
    if line.kind is LineKind.REMAINDER:
        return REMAINDER[language]
    if line.kind is LineKind.ENERGY and (price := _PRICE.fullmatch(line.label)):
        kes, cents = divmod(int(price[1]), CENTS_PER_KES)
        return ENERGY[language].format(f"{kes}.{cents:02d}")
    if line.kind is LineKind.FIXED_CHARGE and (charged := _CHARGED.fullmatch(line.label)):
        months = f" {UNTIL[language]} ".join(month for month in charged.groups() if month)
        return CHARGE[language].format(months)
    if line.kind is LineKind.VAT and (vat := _VAT_ON_CHARGE.fullmatch(line.label)):
        return VAT_ON_CHARGE[language].format(vat[1])
    return line.label


def _energy_wh(payment: Payment) -> int:
    sold = payment.delivery.energy_wh
    return payment.quote.energy_wh if sold is None else sold
