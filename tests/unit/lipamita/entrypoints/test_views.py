"""What the API shows: a closed list of fields, and honest advice on paying again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.meter_schema import meter_from_json
from lipamita.domain.payment import Payment, Status
from lipamita.domain.stk_result import FINAL_REFUSALS
from lipamita.entrypoints import views
from lipamita.use_cases.view import PaymentView

from tests.unit.lipamita.adapters.test_meter_schema import METER_NODE
from tests.unit.lipamita.adapters.test_payment_schema import full_payment
from tests.unit.lipamita.domain.samples import METER, RECEIPT, a_payment


def shown(payment: Payment) -> dict[str, object]:
    return views.payment_json(PaymentView(payment=payment, meter=None))


def test_a_payment_shows_a_closed_list_of_fields() -> None:
    assert set(shown(full_payment())) == {
        *("transaction_id", "status", "message", "reason", "result_code", "amount_kes"),
        *("phone_number", "mpesa_receipt", "meter_id", "meter_name", "quote", "delivery"),
        *("created_at_ms", "paid_at_ms", "updated_at_ms"),
    }


def test_a_delivery_shows_a_closed_list_of_fields() -> None:
    delivery = shown(full_payment())["delivery"]
    assert isinstance(delivery, dict)
    assert set(delivery) == {
        *("kind", "status", "energy_wh", "balance_before_wh", "balance_after_wh"),
        *("queued_at_ms", "delivered_at_ms"),
    }


def test_a_quote_shows_lines_that_add_up() -> None:
    quote = views.quote_json(full_payment().quote)
    assert set(quote) == {"tariff_id", "amount_kes", "energy_wh", "lines"}
    lines = quote["lines"]
    assert isinstance(lines, list)
    assert sum(line["amount_cents"] for line in lines) == 50_000


def test_a_meter_shows_a_closed_list_of_fields() -> None:
    node = views.meter_json(meter_from_json(METER, METER_NODE))
    assert set(node) == {
        *("meter_id", "name", "kind", "site", "tariff_id", "current_balance_wh"),
        *("consumption_rate_w", "energy_consumed_total_wh", "credited_total_wh"),
        *("withdrawn_total_wh", "status"),
    }


def test_a_payment_is_shown_when_its_meter_is_gone() -> None:
    assert shown(full_payment())["meter_name"] is None


@pytest.mark.parametrize("code", sorted(FINAL_REFUSALS))
def test_a_failed_payment_says_why_in_words(code: str) -> None:
    failed = a_payment(Status.FAILED, result_code=code, customer_message="Daraja's")
    assert views.customer_message(failed) == FINAL_REFUSALS[code].message


def test_a_refused_push_says_what_it_told_the_payer_then() -> None:
    failed = a_payment(Status.FAILED, result_code=None, customer_message="Wait two minutes.")
    assert views.customer_message(failed) == "Wait two minutes."


def test_every_state_says_something() -> None:
    assert all(views.customer_message(a_payment(status)) for status in Status)


UNCERTAIN = [
    a_payment(Status.CREATED),
    a_payment(Status.PROMPTED),
    a_payment(Status.PROMPTED, reason="paid_unverified"),
    a_payment(Status.REVIEW),
]


@pytest.mark.parametrize("payment", UNCERTAIN)
def test_nobody_is_told_to_pay_again_while_the_money_may_be_on_its_way(payment: Payment) -> None:
    said = views.customer_message(payment).lower()
    assert "try again" not in said
    assert "do not" in said


def test_nothing_of_a_payment_that_paid_says_to_try_again() -> None:
    paid = replace(a_payment(Status.PAID), mpesa_receipt=RECEIPT, result_code="1032")
    assert views.customer_message(paid) == "Payment received."


def test_an_expired_payment_does_not_claim_that_nothing_was_paid() -> None:
    assert "nothing was paid" not in views.customer_message(a_payment(Status.EXPIRED)).lower()
