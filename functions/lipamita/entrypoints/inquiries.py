"""GET /api/receipts/{receipt}, POST /api/receipts/{receipt}/ask: where is the money of an SMS?"""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import ForbiddenError
from lipamita.domain.ids import require_receipt
from lipamita.domain.inquiry import Inquiry
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.ask_receipt import Question, ask_receipt
from lipamita.use_cases.view_receipt import Place, ReceiptView, view_receipt


def view(request: Request, receipt: str) -> Response:
    """The place of that receipt, for staff."""
    if not http.caller(request).is_staff:
        raise ForbiddenError("staff_only", "only staff may do this")
    return http.json_response(200, _json(view_receipt(require_receipt(receipt), wiring.world())))


def ask(request: Request, receipt: str) -> Response:
    """{"why"} -> 202 while M-PESA is asked, 200 for a receipt whose place is known."""
    caller, parsed = http.caller(request), require_receipt(receipt)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"why"})
    question = Question(receipt=parsed, why=http.reason(body.get("why")), caller=caller)
    found = ask_receipt(question, wiring.world())
    return http.json_response(202 if found.place is Place.UNKNOWN else 200, _json(found))


def _json(found: ReceiptView) -> dict[str, object]:
    return {
        "receipt": found.receipt,
        "place": found.place.value,
        "transaction_id": found.transaction_id,
        "meter_id": found.meter_id,
        "amount_kes": found.amount_kes,
        "refund_id": found.refund_id,
        "inquiry": None if found.inquiry is None else _inquiry_json(found.inquiry),
    }


def _inquiry_json(inquiry: Inquiry) -> dict[str, object]:
    return {
        "status": inquiry.status.value,
        "detail": inquiry.detail,
        "asked_by": inquiry.asked_by,
        "why": inquiry.why,
        "asked_at_ms": inquiry.asked_at_ms,
        "told_at_ms": inquiry.told_at_ms,
    }
