"""GET /api/transactions/{user_id} and /api/transactions/meter/{meter_id}: pages by cursor."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_meter_id, parse_transaction_id
from lipamita.domain.payment import Payment
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.messages import Language, language_of
from lipamita.entrypoints.receipts import ordered_json
from lipamita.use_cases.view_history import (
    MAX_PAGE,
    Asked,
    HistoryPage,
    history_of_meter,
    history_of_user,
)

_DIGITS = 3
_PARAMETERS = frozenset({"before", "limit"})


def of_user(request: Request, user_id: str) -> Response:
    """?before=TRANSACTION_ID&limit=1..50 -> {"payments": [...], "next_before"}."""
    caller = http.caller(request)
    page = history_of_user(http.user_id(user_id), _asked(request), caller, wiring.world())
    return _answer(page, language_of(request))


def of_meter(request: Request, meter_id: str) -> Response:
    """The same of a meter."""
    caller = http.caller(request)
    meter = parse_meter_id(meter_id)
    page = history_of_meter(meter, _asked(request), caller, wiring.world())
    return _answer(page, language_of(request))


def _asked(request: Request) -> Asked:
    http.refuse_unknown_parameters(request, _PARAMETERS)
    before = request.args.get("before")
    return Asked(
        before=None if before is None else parse_transaction_id(before, field="before"),
        limit=_limit(request.args.get("limit")),
    )


def _limit(text: str | None) -> int:
    if text is None:
        return MAX_PAGE
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not plain or not 1 <= int(text) <= MAX_PAGE:
        raise InvalidInputError(
            "invalid_limit", f"limit must be a whole number from 1 to {MAX_PAGE}", field="limit"
        )
    return int(text)


def _answer(page: HistoryPage, language: Language) -> Response:
    rows = [_row(payment, language) for payment in page.payments]
    return http.json_response(200, {"payments": rows, "next_before": page.next_before})


def _row(payment: Payment, language: Language) -> dict[str, object]:
    """One payment in a list. Energy in Wh, times in ms since the epoch."""
    return {
        "transaction_id": payment.transaction_id,
        "status": payment.status.value,
        "reason": payment.reason,
        "channel": payment.channel,
        "amount_kes": payment.amount_kes,
        "phone_number": payment.phone_masked,
        "mpesa_receipt": payment.mpesa_receipt,
        "meter_id": payment.meter_id,
        "order": None if payment.order is None else ordered_json(payment.order, language),
        "energy_wh": payment.quote.energy_wh,
        "delivery_status": payment.delivery.status.value,
        "created_at_ms": payment.created_at_ms,
        "paid_at_ms": payment.paid_at_ms,
        "delivered_at_ms": payment.delivery.delivered_at_ms,
    }
