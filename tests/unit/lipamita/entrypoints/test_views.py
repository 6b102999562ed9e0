"""What the API shows: a closed list of fields, and honest advice on paying again."""

from __future__ import annotations

from lipamita.adapters.meter_schema import meter_from_json
from lipamita.domain.payment import Payment
from lipamita.entrypoints import views
from lipamita.entrypoints.messages import Language
from lipamita.use_cases.view import PaymentView

from tests.unit.lipamita.adapters.test_meter_schema import METER_NODE
from tests.unit.lipamita.adapters.test_payment_schema import full_payment
from tests.unit.lipamita.domain.samples import METER


def shown(payment: Payment) -> dict[str, object]:
    return views.payment_json(PaymentView(payment=payment, meter=None), Language.ENGLISH)


def test_a_payment_shows_a_closed_list_of_fields() -> None:
    assert set(shown(full_payment())) == {
        *("transaction_id", "status", "message", "try_again", "reason", "result_code"),
        "amount_kes",
        *("phone_number", "mpesa_receipt", "meter_id", "meter_name", "quote", "receipt"),
        "order",
        "delivery",
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
