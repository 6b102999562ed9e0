"""GET /api/reviews, /api/suspense, /api/refunds: what waits for people, oldest first; and each one.

Phones are masked, and no page is longer than MAX_PAGE.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import Receipt, parse_transaction_id
from lipamita.domain.refund import ENDED
from lipamita.domain.review import Told
from lipamita.domain.two_people import Proposal
from lipamita.domain.units import Millis
from lipamita.domain.work_queue import FIRST_PLACE, parse_place, waits_since
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.refunds import refund_id_of, refund_json
from lipamita.use_cases.view_queues import (
    MAX_PAGE,
    Asked,
    RefundRow,
    ReviewRow,
    SuspenseRow,
    list_refunds,
    list_reviews,
    list_suspense,
    view_refund,
    view_review,
    view_suspense,
)

Json = dict[str, object]
_CONFIRMATION_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_PARAMETERS = frozenset({"from", "limit"})
_DIGITS = 2


def reviews(request: Request) -> Response:
    """?from=PLACE&limit=1..25 -> {"reviews": [...], "next_from"}."""
    page = list_reviews(_asked(request), http.caller(request), wiring.world())
    return _page("reviews", [_review(row) for row in page.rows], page.next_from)


def suspense(request: Request) -> Response:
    """?from=PLACE&limit=1..25 -> {"suspense": [...], "next_from"}."""
    page = list_suspense(_asked(request), http.caller(request), wiring.world())
    return _page("suspense", [_suspense(row) for row in page.rows], page.next_from)


def refunds(request: Request) -> Response:
    """?from=PLACE&limit=1..25 -> {"refunds": [...], "next_from"}."""
    page = list_refunds(_asked(request), http.caller(request), wiring.world())
    return _page("refunds", [_refund(row) for row in page.rows], page.next_from)


def refund(request: Request, refund_id: str) -> Response:
    """One row of the refunds, after looking at what is known of it by now."""
    caller, parsed = http.caller(request), refund_id_of(refund_id)
    return http.json_response(200, _refund(view_refund(parsed, caller, wiring.world())))


def review(request: Request, transaction_id: str) -> Response:
    """One row of the reviews, also after it was decided."""
    caller, parsed = http.caller(request), parse_transaction_id(transaction_id)
    return http.json_response(200, _review(view_review(parsed, caller, wiring.world())))


def suspended(request: Request, confirmation_id: str) -> Response:
    """One row of suspense, also after it was decided."""
    caller, parsed = http.caller(request), confirmation_id_of(confirmation_id)
    return http.json_response(200, _suspense(view_suspense(parsed, caller, wiring.world())))


def confirmation_id_of(value: str) -> str:
    """A key of suspense from a path. Raises InvalidInputError."""
    if not _CONFIRMATION_ID.fullmatch(value):
        raise InvalidInputError(
            "invalid_receipt", "receipt must be an M-PESA receipt number", field="receipt"
        )
    return value


def _asked(request: Request) -> Asked:
    if request.path.endswith("/"):  # the path of one of them, whose key was left out
        raise http.not_found()
    http.refuse_unknown_parameters(request, _PARAMETERS)
    place, limit = request.args.get("from"), request.args.get("limit")
    return Asked(
        from_place=FIRST_PLACE if place is None else parse_place(place, field="from"),
        limit=MAX_PAGE if limit is None else _limit(limit),
    )


def _limit(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not plain or not 1 <= int(text) <= MAX_PAGE:
        raise InvalidInputError(
            "invalid_limit", f"limit must be a whole number from 1 to {MAX_PAGE}", field="limit"
        )
    return int(text)


def _page(name: str, rows: Sequence[Json], next_from: str | None) -> Response:
    return http.json_response(200, {name: list(rows), "next_from": next_from})


def _review(row: ReviewRow) -> Json:
    matter, case = row.matter, row.matter.case
    payment = matter.payment
    since_ms = None if case.place is None else waits_since(case.place)
    return {
        "transaction_id": matter.transaction_id,
        "reason": case.reason,
        **_waits(since_ms),
        "amount_kes": payment.amount_kes if payment else None,
        "phone_number": payment.phone_masked if payment else None,
        "meter_id": payment.meter_id if payment else None,
        "payment_status": payment.status.value if payment else None,
        "delivery_status": payment.delivery.status.value if payment else None,
        "told": [_told(one, row) for one in sorted(case.told, key=lambda one: one.at_ms)],
        "proposal": _proposal(row.proposal),
        "allowed_decisions": [
            {"decision": one.decision.value, "receipt": one.receipt} for one in row.allowed
        ],
        "decision": case.decision
        and {"by": case.decision.by, "why": case.decision.why, "at_ms": case.decision.at_ms},
    }


def _told(told: Told, row: ReviewRow) -> Json:
    receipt = told.receipt or Receipt("")
    decided = row.matter.decided.get(receipt)
    return {
        "told_by": told.teller,
        "at_ms": told.at_ms,
        "reason": told.reason,
        "receipt": told.receipt,
        "amount_kes": told.amount_kes,
        "claimed_by": row.matter.owners.get(receipt),
        "refund_id": decided.refund_id if decided else None,
    }


def _suspense(row: SuspenseRow) -> Json:
    item = row.item
    return {
        "receipt": row.confirmation_id,
        "reason": item.reason,
        **_waits(item.received_at_ms if item.waits else None),
        "amount_kes": item.amount_kes,
        "account_reference": item.account,
        "told_by": row.channel,
        "received_at_ms": item.received_at_ms,
        "outcome": row.outcome and row.outcome.value,
        "proposal": _proposal(row.proposal),
        "allowed_decisions": [word.value for word in row.allowed],
        "refund_id": item.refund_id,
        "assigned_meter_id": item.assigned_meter_id,
        "assigned_by": item.assigned_by,
        "assigned_at_ms": item.assigned_at_ms,
        "assigned_why": item.assigned_why,
    }


def _refund(row: RefundRow) -> Json:
    return {
        **refund_json(row.refund),
        **_waits(None if row.refund.status in ENDED else row.refund.created_at_ms),
        "proposal": _proposal(row.proposal),
        "allowed_decisions": list(row.allowed),
    }


def _waits(since_ms: Millis | None) -> Json:
    if since_ms is None:
        return {"waiting_since_ms": None, "age_ms": None}
    return {
        "waiting_since_ms": since_ms,
        "age_ms": max(0, wiring.world().clock() - since_ms),
    }


def _proposal(proposal: Proposal | None) -> Json | None:
    if proposal is None:
        return None
    return {
        "by": proposal.by,
        "what": proposal.what,
        "why": proposal.why,
        "at_ms": proposal.at_ms,
    }
