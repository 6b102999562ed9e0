"""Payments and meters as the API shows them: a closed list of fields, phones masked."""

from __future__ import annotations

from lipamita.domain.meter import Meter
from lipamita.domain.payment import Payment
from lipamita.domain.tariff import Quote
from lipamita.entrypoints.messages import Language, customer_message, try_again
from lipamita.entrypoints.receipts import ordered_json, receipt_json
from lipamita.use_cases.view import PaymentView

Json = dict[str, object]


def quote_json(quote: Quote) -> Json:
    """What the amount buys, line by line."""
    return {
        "tariff_id": quote.tariff_id,
        "amount_kes": quote.amount_kes,
        "energy_wh": quote.energy_wh,
        "lines": [
            {
                "kind": line.kind.value,
                "label": line.label,
                "amount_cents": line.amount_cents,
                "energy_wh": line.energy_wh,
            }
            for line in quote.lines
        ],
    }


def payment_accepted_json(payment: Payment, language: Language) -> Json:
    """The 202 of a requested payment."""
    return {
        "transaction_id": payment.transaction_id,
        "status": payment.status.value,
        "customer_message": customer_message(payment, language),
        "quote": quote_json(payment.quote),
    }


def payment_json(view: PaymentView, language: Language) -> Json:
    """One payment with its delivery. Energy and balances in Wh, times in ms since the epoch."""
    payment, delivery = view.payment, view.payment.delivery
    return {
        "transaction_id": payment.transaction_id,
        "status": payment.status.value,
        "message": customer_message(payment, language),
        "try_again": try_again(payment).value,
        "reason": payment.reason,
        "result_code": payment.result_code,
        "amount_kes": payment.amount_kes,
        "phone_number": payment.phone_masked,
        "mpesa_receipt": payment.mpesa_receipt,
        "meter_id": payment.meter_id,
        "meter_name": view.meter.name if view.meter else None,
        "order": None if payment.order is None else ordered_json(payment.order, language),
        "quote": quote_json(payment.quote),
        "receipt": receipt_json(view, language),
        "delivery": {
            "kind": delivery.kind,
            "status": delivery.status.value,
            "energy_wh": delivery.energy_wh,
            "balance_before_wh": delivery.balance_before_wh,
            "balance_after_wh": delivery.balance_after_wh,
            "queued_at_ms": delivery.queued_at_ms,
            "delivered_at_ms": delivery.delivered_at_ms,
        },
        "created_at_ms": payment.created_at_ms,
        "paid_at_ms": payment.paid_at_ms,
        "updated_at_ms": payment.updated_at_ms,
    }


def meter_json(meter: Meter) -> Json:
    """A meter's registration and last report. Energy in Wh, power in W."""
    status = meter.status
    return {
        "meter_id": meter.meter_id,
        "name": meter.name,
        "kind": meter.kind,
        "site": meter.site,
        "tariff_id": meter.tariff_id,
        "current_balance_wh": meter.current_balance_wh,
        "consumption_rate_w": meter.consumption_rate_w,
        "energy_consumed_total_wh": meter.energy_consumed_total_wh,
        "credited_total_wh": meter.credited_total_wh,
        "withdrawn_total_wh": meter.withdrawn_total_wh,
        "status": {
            "online": status.online,
            "switch": status.switch,
            "supply": status.supply,
            "firmware": status.firmware,
            "rssi": status.rssi,
            "last_seen_ms": status.last_seen_ms,
            "boot_count": status.boot_count,
            "reason": status.reason,
        },
    }
