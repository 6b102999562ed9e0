"""Events as the worker's functions take them: structured CloudEvents.

A first-generation Realtime Database event (`{"data": .., "context": ..}`, as the emulator sends
to v1 triggers) is turned into the second generation's form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

REQUIRED = ("specversion", "id", "source", "type")
CHANGES = {"create": "created", "update": "updated", "delete": "deleted", "write": "written"}
V1_TYPE = "providers/google.firebase.database/eventTypes/ref."
V2_TYPE = "google.firebase.database.ref.v1."
DATA_TYPE = "type.googleapis.com/google.events.firebase.database.v1.ReferenceEventData"


class BadEvent(ValueError):  # noqa: N818 (it names what arrived)
    """A body that is no event; the message says what was found."""


def cloud_event(body: bytes, *, region: str, database_host: str) -> dict[str, object]:
    """Read a delivered body into a structured CloudEvent. Raises BadEvent."""
    try:
        event = json.loads(body)
    except ValueError as error:
        raise BadEvent(f"the body is not JSON: {error}") from None
    if not isinstance(event, dict):
        raise BadEvent(f"expected a JSON object, found {type(event).__name__}")
    if isinstance(event.get("context"), dict):
        return _from_v1(event, region=region, database_host=database_host)
    missing = [name for name in REQUIRED if name not in event]
    if missing:
        raise BadEvent(f"a CloudEvent needs {', '.join(missing)}")
    return event


def _from_v1(event: Mapping[str, object], *, region: str, database_host: str) -> dict[str, object]:
    context, data = event["context"], event.get("data")
    assert isinstance(context, dict)
    event_type, resource = str(context.get("eventType", "")), context.get("resource")
    change = CHANGES.get(event_type.removeprefix(V1_TYPE))
    if isinstance(resource, dict):
        resource = resource.get("name")
    instance, separator, path = str(resource).partition("/refs/")
    if change is None or not separator or not isinstance(data, dict):
        raise BadEvent(f"not a Realtime Database event: eventType {event_type!r}")
    instance = instance.rpartition("/instances/")[2]
    return {
        "specversion": "1.0",
        "id": str(context.get("eventId", "")),
        "type": V2_TYPE + change,
        "source": f"//firebasedatabase.googleapis.com/projects/_/locations/{region}"
        f"/instances/{instance}",
        "subject": f"refs/{path}",
        "time": str(context.get("timestamp", "1970-01-01T00:00:00Z")),
        "datacontenttype": "application/json",
        "instance": instance,
        "ref": path,
        "location": region,
        "firebasedatabasehost": database_host,
        **_principal(context.get("auth")),
        "data": {"@type": DATA_TYPE, "data": data.get("data"), "delta": data.get("delta")},
    }


def _principal(auth: object) -> dict[str, str]:
    match auth:
        case {"admin": True}:
            return {"authtype": "admin"}
        case {"variable": {"uid": str(uid)}}:
            return {"authtype": "app_user", "authid": uid}
        case {"admin": False}:
            return {"authtype": "unauthenticated"}
        case _:
            return {"authtype": "unknown"}
