"""POST /api/meters and what stands below one: register, bind, replace, move and retire a meter."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain import registration as parse
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import parse_meter_id, parse_new_meter_id, parse_uid
from lipamita.domain.meter import Meter
from lipamita.entrypoints import http, wiring
from lipamita.use_cases.bind_device import Binding, bind_device, replace_device
from lipamita.use_cases.move_meter import Move, move_meter
from lipamita.use_cases.name_site import name_site
from lipamita.use_cases.register_meter import Change, register_meter
from lipamita.use_cases.retire_meter import retire_meter

Json = dict[str, object]
REGISTER_FIELDS = frozenset({"meter_id", "name", "kind", "tariff_id", "site_id", "owner_uid"})
MOVE_FIELDS = frozenset({"owner_uid", "site_id", "tariff_id", "name", "why"})


def register(request: Request) -> Response:
    """{"meter_id", "name", "kind", "tariff_id", "site_id"?, "owner_uid"?} -> 200."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, REGISTER_FIELDS)
    site_id, owner_uid = body.get("site_id"), body.get("owner_uid")
    change = register_meter(
        parse.Registration(
            meter_id=parse_new_meter_id(body.get("meter_id")),
            name=parse.parse_name(body.get("name")),
            kind=parse.parse_kind(body.get("kind")),
            tariff_id=parse.parse_plain_id(body.get("tariff_id"), field="tariff_id"),
            site_id=None if site_id is None else parse.parse_plain_id(site_id, field="site_id"),
            owner_uid=None if owner_uid is None else parse_uid(owner_uid, field="owner_uid"),
        ),
        caller,
        wiring.world(),
    )
    return _changed(change)


def site(request: Request) -> Response:
    """POST /api/sites {"site_id", "name"} -> 200 with the site before and after."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"site_id", "name"})
    wanted = parse.Site(
        site_id=parse.parse_plain_id(body.get("site_id"), field="site_id"),
        name=parse.parse_name(body.get("name")),
    )
    before, after = name_site(wanted, caller, wiring.world())
    return http.json_response(
        200,
        {
            "site_id": after.site_id,
            "name": after.name,
            "previous_name": None if before is None else before.name,
        },
    )


def bind(request: Request, meter_id: str) -> Response:
    """{"device_uid", "why"}: the meter's first device."""
    return _changed(bind_device(_binding(request, meter_id), wiring.world()))


def replace(request: Request, meter_id: str) -> Response:
    """{"device_uid", "why"}: a new device takes over, with the totals of the old one."""
    change, command = replace_device(_binding(request, meter_id), wiring.world())
    return _changed(change, command_id=None if command is None else command.command_id)


def move(request: Request, meter_id: str) -> Response:
    """{"owner_uid"?, "site_id"?, "tariff_id"?, "name"?, "why"}; an owner_uid of null: nobody's."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, MOVE_FIELDS)
    owner_uid, site_id = body.get("owner_uid"), body.get("site_id")
    tariff_id, name = body.get("tariff_id"), body.get("name")
    for field in MOVE_FIELDS - {"owner_uid", "why"}:
        if field in body and body[field] is None:
            raise InvalidInputError(f"invalid_{field}", f"{field} must not be null", field=field)
    move = Move(
        meter_id=parse_meter_id(meter_id),
        why=http.reason(body.get("why")),
        caller=caller,
        changes_owner="owner_uid" in body,
        owner_uid=None if owner_uid is None else parse_uid(owner_uid, field="owner_uid"),
        site_id=None if site_id is None else parse.parse_plain_id(site_id, field="site_id"),
        tariff_id=None if tariff_id is None else parse.parse_plain_id(tariff_id, field="tariff_id"),
        name=None if name is None else parse.parse_name(name),
    )
    return _changed(move_meter(move, wiring.world()))


def retire(request: Request, meter_id: str) -> Response:
    """{"why"}: nothing more is sold to it."""
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"why"})
    http.reason(body.get("why"))
    return _changed(retire_meter(parse_meter_id(meter_id), caller, wiring.world()))


def registration_json(meter: Meter) -> Json:
    """A meter as it is registered."""
    return {
        "meter_id": meter.meter_id,
        "name": meter.name,
        "kind": meter.kind,
        "tariff_id": meter.tariff_id,
        "site_id": meter.site_id,
        "site": meter.site,
        "owner_uid": meter.owner_uid,
        "owner_since_ms": meter.owner_since_ms,
        "device_uid": meter.device_uid,
        "device_since_ms": meter.device_since_ms,
        "retired_at_ms": meter.retired_at_ms,
    }


def _binding(request: Request, meter_id: str) -> Binding:
    caller = http.caller(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"device_uid", "why"})
    return Binding(
        meter_id=parse_meter_id(meter_id),
        device_uid=parse_uid(body.get("device_uid"), field="device_uid"),
        why=http.reason(body.get("why")),
        caller=caller,
    )


def _changed(change: Change, **more: object) -> Response:
    before = None if change.before is None else registration_json(change.before)
    return http.json_response(
        200, {"before": before, "after": registration_json(change.after), **more}
    )
