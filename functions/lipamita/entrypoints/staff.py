"""GET and POST /api/staff: who has a role, and giving or taking one. Admins only."""

from __future__ import annotations

import re

from flask import Request, Response

from lipamita.domain.errors import ForbiddenError, InvalidInputError
from lipamita.domain.ids import PATH_SAFE
from lipamita.domain.meter import STAFF, Role
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.give_role import RoleChange, give_role

FIELDS = frozenset({"who", "role", "why"})
NO_ROLE = "none"
MAX_WHO = 254  # an e-mail address
_EMAIL = r"[^@\x00-\x20\x7f-\x9f]+@[^@\x00-\x20\x7f-\x9f]+"
_PHONE = r"\+?[0-9][0-9 -]{8,19}"
_WHO = re.compile(f"{PATH_SAFE}|{_EMAIL}|{_PHONE}", re.ASCII)


def list_all(request: Request) -> Response:
    """200 with everybody who has a role."""
    if not http.caller(request).is_admin:
        raise ForbiddenError("admin_only", "only an admin may see who has a role")
    members = wiring.world().store.list_staff()
    rows = [
        {
            "uid": member.uid,
            "role": member.role.value,
            "email": member.email,
            "given_by": member.given_by,
            "given_at_ms": member.given_at_ms,
            "why": member.why,
        }
        for member in members
    ]
    return http.json_response(200, {"staff": rows})


def change(request: Request) -> Response:
    """{"who", "role", "why"}: 200 with the change."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    who, role = body.get("who"), body.get("role")
    if not http.is_text(who) or len(who) > MAX_WHO or not _WHO.fullmatch(who):
        raise InvalidInputError(
            "invalid_who", "who must be a uid, an e-mail address or a phone number", field="who"
        )
    given = sorted([*STAFF, NO_ROLE])
    if role not in given:
        raise InvalidInputError(
            "invalid_role", f"role must be one of {', '.join(given)}", field="role"
        )
    wanted = RoleChange(
        who=who,
        role=None if role == NO_ROLE else Role(str(role)),
        why=http.reason(body.get("why")),
        caller=caller,
    )
    account = give_role(wanted, wiring.world())
    return http.json_response(
        200, {"uid": account.uid, "role": role, "previous_role": _named(account.role)}
    )


def _named(role: Role) -> str:
    return role.value if role in STAFF else NO_ROLE
