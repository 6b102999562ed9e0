"""GET /api/audit: what staff did, newest first. Admins only."""

from __future__ import annotations

import re
from dataclasses import asdict

from flask import Request, Response

from lipamita.domain.audit import MAX_TARGET, AuditRecord
from lipamita.domain.errors import InvalidInputError
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.audit import MAX_PAGE, view_audit

DEFAULT_PAGE = 50
PARAMETERS = frozenset({"cursor", "limit", "target"})
_NUMBER = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


def view(request: Request) -> Response:
    """?cursor=&limit=&target= -> 200 {"entries", "faults", "next_cursor"}; null at the end."""
    caller = http.caller(request)
    http.refuse_unknown_parameters(request, PARAMETERS)
    limit = _number(request, "limit", most=MAX_PAGE) or DEFAULT_PAGE
    target = request.args.get("target")
    if target is not None and not (http.is_text(target) and len(target) <= MAX_TARGET):
        raise InvalidInputError(
            "invalid_target",
            f"target must be 1 to {MAX_TARGET} characters such as meters/MTR-001",
            field="target",
        )
    page = view_audit(
        caller,
        wiring.world(),
        before_seq=_number(request, "cursor"),
        target=target,
        limit=limit,
    )
    records = page.records
    more = len(records) == limit and records[-1].seq > 1
    return http.json_response(
        200,
        {
            "entries": [_json(record) for record in records],
            "faults": [asdict(fault) for fault in page.faults],
            "next_cursor": str(records[-1].seq) if more else None,
        },
    )


def _json(record: AuditRecord) -> dict[str, object]:
    return {
        "seq": record.seq,
        **asdict(record.entry),
        "phase": record.entry.phase.value,
        "previous_hash": record.previous_hash,
        "hash": record.hash,
    }


def _number(request: Request, name: str, *, most: int | None = None) -> int | None:
    text = request.args.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or (most is not None and int(text) > most):
        upper = f"to {most}" if most else "upwards"
        raise InvalidInputError(
            f"invalid_{name}", f"{name} must be a whole number from 1 {upper}", field=name
        )
    return int(text)
