"""The receipt: lines that add up, words in two languages, and none before the money is here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain.ids import TransactionId
from lipamita.domain.payment import Payment, Status
from lipamita.domain.receipt_number import check_digit, receipt_number
from lipamita.domain.tariff import LineKind, QuoteLine
from lipamita.domain.units import Cents, Millis
from lipamita.entrypoints.messages import Language
from lipamita.entrypoints.receipts import date_text, line_label, receipt_json
from lipamita.use_cases.view import PaymentView

from tests.fakes.estate import make_meter
from tests.unit.lipamita.domain.samples import NOW, TRANSACTION, a_payment
from tests.unit.lipamita.domain.test_monthly_charge import bought
from tests.unit.lipamita.use_cases.ordering import Ordering


def paid(**more: Any) -> Payment:
    """KES 406 with a monthly charge of 116 in it, paid."""
    quote = bought(406)
    return a_payment(
        Status.PAID, **{"quote": quote, "amount_kes": quote.amount_kes, "paid_at_ms": NOW, **more}
    )


def receipt(payment: Payment, language: Language = Language.ENGLISH) -> dict[str, Any]:
    shown = receipt_json(PaymentView(payment=payment, meter=make_meter()), language)
    assert shown is not None
    return shown


def labels(language: Language) -> list[str]:
    return [line["label"] for line in receipt(paid(), language)["lines"]]


def test_the_lines_of_a_receipt_add_up_to_its_amount() -> None:
    shown = receipt(paid())
    assert sum(line["amount_cents"] for line in shown["lines"]) == shown["amount_cents"] == 40_600


def test_a_receipt_reads_in_english() -> None:
    assert labels(Language.ENGLISH) == [
        "Fixed charge 2026-11",
        "VAT 16% on fixed charge",
        "Energy at KES 25.00 per kWh",
        "VAT 16%",
    ]


def test_a_receipt_reads_in_swahili() -> None:
    assert labels(Language.SWAHILI) == [
        "Ada ya mwezi 2026-11",
        "VAT 16% ya ada ya mwezi",
        "Umeme, KES 25.00 kwa kWh",
        "VAT 16%",
    ]


def test_several_months_of_a_charge_are_named_in_swahili() -> None:
    line = QuoteLine(
        kind=LineKind.FIXED_CHARGE,
        label="Fixed charge 2026-09 to 2026-11",
        amount_cents=Cents(1),
    )
    assert line_label(line, Language.SWAHILI) == "Ada ya mwezi 2026-09 hadi 2026-11"


@pytest.mark.parametrize("language", Language)
def test_a_levy_keeps_the_name_an_operator_gave_it(language: Language) -> None:
    line = QuoteLine(kind=LineKind.LEVY, label="Water levy", amount_cents=Cents(1))
    assert line_label(line, language) == "Water levy"


def test_the_date_is_east_africa_time() -> None:
    two_hours_later = Millis(1_795_215_600_000)
    assert date_text(NOW, Language.ENGLISH) == "21 November 2026, 00:00"
    assert date_text(two_hours_later, Language.SWAHILI) == "21 Novemba 2026, 02:00"


@pytest.mark.parametrize(
    "status", [Status.CREATED, Status.PROMPTED, Status.FAILED, Status.EXPIRED, Status.REVIEW]
)
def test_there_is_no_receipt_while_the_money_is_not_known_to_be_here(status: Status) -> None:
    payment = replace(paid(), status=status)
    view = PaymentView(payment=payment, meter=None)
    assert receipt_json(view, Language.ENGLISH) is None


def test_a_receipt_stands_when_its_meter_is_gone() -> None:
    shown = receipt_json(PaymentView(payment=paid(), meter=None), Language.ENGLISH)
    assert shown is not None
    assert (shown["site"], shown["meter_name"]) == (None, None)


def test_a_receipt_number_is_the_same_for_the_same_payment() -> None:
    other = TransactionId("-Of2bAbcdEFGHijkl012")
    assert receipt_number(TRANSACTION) == receipt_number(TRANSACTION) != receipt_number(other)


def test_a_receipt_number_ends_in_its_check_digit() -> None:
    digits = receipt_number(TRANSACTION).replace("-", "")
    assert len(digits) == 16
    assert check_digit(digits[:-1]) == digits[-1]


def test_the_check_digit_is_luhns() -> None:
    assert check_digit("7992739871") == "3"  # ISO/IEC 7812-1's often printed example


def test_the_receipt_of_a_place_names_it_and_its_time_and_no_meter() -> None:
    estate = Ordering()
    payment = estate.pay(estate.prompt(estate.order(slots=6)))
    view = PaymentView(payment=payment, meter=None)
    shown = receipt_json(view, Language.ENGLISH)
    assert shown is not None
    assert (shown["meter_id"], shown["meter_name"], shown["energy_wh"]) == (None, None, 0)
    assert shown["order"] == {
        "order_id": payment.account,
        "place_id": "court-1",
        "place_name": "Tennis court",
        "kind": "booking",
        "site": None,
        "starts_at_ms": estate.begins_ms,
        "ends_at_ms": estate.begins_ms + 6 * 3_600_000,
        "when_text": "18 November 2026, 18:00-24:00",
    }
    assert shown["lines"] == [
        {"kind": "booking", "label": "Tennis court", "amount_cents": 155_173, "energy_wh": 0},
        {"kind": "vat", "label": "VAT 16%", "amount_cents": 24_827, "energy_wh": 0},
    ]
    in_swahili = receipt_json(view, Language.SWAHILI)
    assert in_swahili is not None
    assert "Novemba" in str(in_swahili["order"])
