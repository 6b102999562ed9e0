"""The API's paths, as one table: each path's methods, and who handles them.

A segment in braces stands for any one segment and is given to the handler by position. The first
path that fits counts, so a literal one stands above one with a name in its place. What staff
change is recorded around the handler (entrypoints/audited.py).
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Request, Response

from lipamita.entrypoints import (
    adjustments,
    audit,
    claims,
    consumption,
    devices,
    history,
    http,
    inquiries,
    meter_admin,
    meter_orders,
    meter_reports,
    orders,
    places,
    queues,
    refunds,
    reports,
    reviews,
    staff,
    status,
    suspense,
    users,
    viewing,
)
from lipamita.entrypoints.audited import with_audit

Handler = Callable[..., Response]

ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("adjustments", {"POST": adjustments.adjust}),
    ("audit", {"GET": audit.view}),
    ("commands", {"POST": meter_orders.command}),
    ("meters", {"POST": meter_admin.register}),
    ("meters/{meter_id}", {"GET": viewing.meter}),
    ("meters/{meter_id}/consumption", {"GET": consumption.view}),
    ("meters/{meter_id}/balance", {"POST": meter_reports.balance}),
    ("meters/{meter_id}/claim", {"POST": claims.create}),
    ("meters/{meter_id}/device", {"POST": meter_admin.bind}),
    ("meters/{meter_id}/move", {"POST": meter_admin.move}),
    ("meters/{meter_id}/replace", {"POST": meter_admin.replace}),
    ("meters/{meter_id}/retire", {"POST": meter_admin.retire}),
    ("meters/{meter_id}/status", {"POST": meter_reports.status}),
    ("meters/{meter_id}/device/revoke", {"POST": devices.revoke}),
    ("orders", {"GET": orders.listed, "POST": orders.place}),
    ("orders/{order_id}", {"GET": orders.view}),
    ("orders/{order_id}/cancel", {"POST": orders.cancel}),
    ("payments/{transaction_id}", {"GET": viewing.payment}),
    ("payments/{transaction_id}/query", {"POST": viewing.query}),
    ("places", {"GET": places.view, "POST": places.offer}),
    ("refunds", {"GET": queues.refunds, "POST": refunds.ask}),
    ("refunds/{refund_id}", {"GET": queues.refund}),
    ("refunds/{refund_id}/decision", {"POST": refunds.decide}),
    ("reports/{name}", {"GET": reports.answer}),
    ("reviews", {"GET": queues.reviews}),
    ("reviews/{transaction_id}", {"GET": queues.review}),
    ("reviews/{transaction_id}/decision", {"POST": reviews.decide}),
    ("sites", {"POST": meter_admin.site}),
    ("staff", {"GET": staff.list_all, "POST": staff.change}),
    ("status", {"GET": status.show}),
    ("receipts/{receipt}", {"GET": inquiries.view}),
    ("receipts/{receipt}/ask", {"POST": inquiries.ask}),
    ("suspense", {"GET": queues.suspense}),
    ("suspense/{receipt}", {"GET": queues.suspended}),
    ("suspense/{receipt}/assign", {"POST": suspense.assign}),
    ("transactions/{user_id}", {"GET": history.of_user}),
    ("transactions/meter/{meter_id}", {"GET": history.of_meter}),
    ("tariffs", {"POST": meter_orders.tariff}),
    ("users/me", {"POST": users.open_own}),
    ("users/me/apps", {"POST": users.register_app}),
)


def handle(request: Request) -> Response:
    """Answer by path, and record what staff change."""
    return with_audit(_routed, request)


def _routed(request: Request) -> Response:
    """Route by path; 404 for an unknown path, 405 for a wrong method."""
    segments = http.path_below(request, "/api")
    for template, handlers in ROUTES:
        names = _named(template.split("/"), segments)
        if names is not None:
            http.require_method(request, *handlers)
            return handlers[request.method](request, *names)
    raise http.not_found()


def _named(template: list[str], segments: list[str]) -> list[str] | None:
    """What stands in the place of each name; None where the path is another."""
    if len(template) != len(segments):
        return None
    pairs = list(zip(template, segments, strict=True))
    if any(not part.startswith("{") and part != segment for part, segment in pairs):
        return None
    return [segment for part, segment in pairs if part.startswith("{")]
