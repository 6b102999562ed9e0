"""Every route by which staff change something, and the audit around each.

A route that is not in this table is not audited; tests/contract/openapi/test_audit.py walks every
staff route of the document and misses none. Targets and watched paths name the path's segments and
fields of the body in braces; what a request does not name is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Request, Response

from lipamita.adapters.rtdb_snapshots import without_secrets
from lipamita.domain.errors import LipamitaError
from lipamita.domain.ids import is_path_safe
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.audit import DONE, FAILED, Action, begin, finish

_NAME = re.compile(r"{(\w+)}")
MAX_NAMED = 254  # an e-mail address
UNNAMED = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRoute:
    """One route: where it is, what it is called in the audit, and what it may change."""

    path: str
    name: str
    target: str
    watched: tuple[str, ...] = ()
    method: str = "POST"

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The path's variables, or None if it is another route."""
        words = self.path.split("/")
        if len(words) != len(segments):
            return None
        found: dict[str, str] = {}
        for word, segment in zip(words, segments, strict=True):
            named = _NAME.fullmatch(word)
            if named:
                found[named[1]] = segment
            elif word != segment:
                return None
        return found


_PLACE = ("name", "tariff_id", "owner_uid", "site_id")
STAFF_ROUTES = (
    StaffRoute(
        path="reviews/{transaction_id}/decision",
        name="decide_review",
        target="transactions/{transaction_id}",
        watched=("transactions/{transaction_id}", "reviews/{transaction_id}"),
    ),
    StaffRoute(
        path="suspense/{receipt}/assign",
        name="assign_suspense",
        target="suspense/{receipt}",
        watched=("suspense/{receipt}",),
    ),
    StaffRoute(
        path="receipts/{receipt}/ask",
        name="ask_receipt",
        target="receipts/{receipt}",
        watched=("inquiries/{receipt}",),
    ),
    StaffRoute(
        path="adjustments",
        name="adjust_meter",
        target="meters/{meter_id}",
        watched=("meter_registers/{meter_id}",),
    ),
    StaffRoute(path="refunds", name="ask_refund", target="receipts/{receipt}"),
    StaffRoute(
        path="refunds/{refund_id}/decision",
        name="decide_refund",
        target="refunds/{refund_id}",
        watched=("refunds/{refund_id}",),
    ),
    StaffRoute(path="staff", name="change_role", target="staff/{who}", watched=("staff/{who}",)),
    StaffRoute(
        path="meters/{meter_id}/device/revoke",
        name="revoke_device",
        target="meters/{meter_id}",
        watched=("meters/{meter_id}/device_uid",),
    ),
    StaffRoute(
        path="meters/{meter_id}/claim",
        name="create_claim",
        target="meters/{meter_id}",
        watched=("meters/{meter_id}/device_uid",),
    ),
    StaffRoute(
        path="meters",
        name="register_meter",
        target="meters/{meter_id}",
        watched=tuple(f"meters/{{meter_id}}/{name}" for name in (*_PLACE, "kind")),
    ),
    StaffRoute(
        path="meters/{meter_id}/device",
        name="bind_device",
        target="meters/{meter_id}",
        watched=("meters/{meter_id}/device_uid",),
    ),
    StaffRoute(
        path="meters/{meter_id}/replace",
        name="replace_device",
        target="meters/{meter_id}",
        watched=("meters/{meter_id}/device_uid",),
    ),
    StaffRoute(
        path="meters/{meter_id}/move",
        name="move_meter",
        target="meters/{meter_id}",
        watched=tuple(f"meters/{{meter_id}}/{name}" for name in _PLACE),
    ),
    StaffRoute(
        path="meters/{meter_id}/retire",
        name="retire_meter",
        target="meters/{meter_id}",
        watched=("meters/{meter_id}/retired_at",),
    ),
    StaffRoute(path="commands", name="command_meter", target="meters/{meter_id}"),
    StaffRoute(
        path="tariffs",
        name="publish_tariff",
        target="tariffs/{tariff_id}",
        watched=("tariffs/{tariff_id}",),
    ),
    StaffRoute(
        path="places",
        name="offer_place",
        target="places/{place_id}",
        watched=("places/{place_id}",),
    ),
    StaffRoute(
        path="sites", name="name_site", target="sites/{site_id}", watched=("sites/{site_id}",)
    ),
)


def with_audit(handle: Callable[[Request], Response], request: Request) -> Response:
    """The handler's response; around a staff member's change its two entries of the audit.

    Raises BusyError when the intent cannot be written: then the handler is not called.
    """
    found = _route(request)
    if found is None:
        return handle(request)
    route, variables = found
    caller = http.caller(request)
    if not caller.is_staff:
        return handle(request)  # which refuses; strangers cannot fill the audit
    body = _body(request)
    named = {**{k: _named(v) for k, v in body.items() if isinstance(v, str)}, **variables}
    action = Action(
        actor=caller.uid,
        role=caller.role.value,
        remote_address=http.remote_address(request),
        name=route.name,
        target=_NAME.sub(lambda match: named.get(match[1], UNNAMED), route.target),
        request=without_secrets(body) or None,
        watched=tuple(path for path in (_path(w, named) for w in route.watched) if path),
    )
    world = wiring.world()
    intent = begin(action, world)
    try:
        response = handle(request)
    except LipamitaError as error:
        finish(action, intent, error.code, world)
        raise
    except http.HttpError as error:
        finish(action, intent, error.code, world)
        raise
    except Exception:
        finish(action, intent, FAILED, world)
        raise
    finish(action, intent, DONE, world, answer=without_secrets(response.get_json(silent=True)))
    return response


def _route(request: Request) -> tuple[StaffRoute, dict[str, str]] | None:
    segments = http.path_below(request, "/api")
    for route in STAFF_ROUTES:
        variables = route.match(segments)
        if variables is not None and route.method == request.method:
            return route, variables
    return None


def _body(request: Request) -> dict[str, object]:
    """The JSON object that was sent; empty when it is none, which the handler will refuse."""
    try:
        node = json.loads(http.read_body(request, limit_bytes=http.MAX_JSON_BYTES))
    except (http.HttpError, ValueError, RecursionError):
        return {}
    return node if isinstance(node, dict) else {}


def _named(value: str) -> str:
    """What a body names, for the audit's target: nothing that could not be stored, or misleads."""
    return (
        value if value.isprintable() and "/" not in value and len(value) <= MAX_NAMED else UNNAMED
    )


def _path(template: str, named: Mapping[str, str]) -> str | None:
    """The template with its names filled in; None if one is missing or no key of the database."""
    names = _NAME.findall(template)
    if not all(is_path_safe(named.get(name)) for name in names):
        return None
    return _NAME.sub(lambda match: named[match[1]], template)
