"""The body of an event as the functions emulator expects it: CloudEvent (v2) or legacy (v1).

https://github.com/firebase/firebase-tools src/emulator/functionsEmulator.ts;
https://googleapis.github.io/google-cloudevents (google.events.firebase.database.v1)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulators.rtdb.core.principal import Principal
from emulators.rtdb.tree.node import Branch, Leaf, Node, children, same_scalar
from emulators.rtdb.tree.to_json import plain, sorted_keys
from emulators.rtdb.triggers.match import Occurrence
from emulators.rtdb.triggers.registry import Trigger

_DATA_TYPE = "type.googleapis.com/google.events.firebase.database.v1.ReferenceEventData"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where and when a commit happened: `database_host` is this emulator's `host:port`."""

    namespace: str
    database_host: str
    at_ms: int
    who: Principal


def event_body(
    trigger: Trigger, found: Occurrence, origin: Origin, event_id: str
) -> dict[str, Any]:
    """The event's JSON."""
    if trigger.version == 1:
        return _legacy(trigger, found, origin, event_id)
    return _cloud_event(trigger, found, origin, event_id)


def content_type(trigger: Trigger) -> str:
    """The media type of the event's body."""
    return "application/json" if trigger.version == 1 else "application/cloudevents+json"


def delta(before: Node | None, after: Node | None) -> Any:
    """What changed, as JSON: applied to `before` recursively (null removes) it gives `after`."""
    if not isinstance(before, Branch) or not isinstance(after, Branch):
        return plain(after)
    changes: dict[str, Any] = {}
    for key in sorted_keys(after):
        old, new = before.children.get(key), after.children[key]
        if not _equal(old, new):
            changes[key] = delta(old, new)
    changes.update({key: None for key in sorted_keys(before) if key not in after.children})
    return changes


def _equal(old: Node | None, new: Node) -> bool:
    if old is new:
        return True
    if isinstance(old, Leaf) and isinstance(new, Leaf):
        return same_scalar(old.value, new.value)
    if not isinstance(old, Branch) or not isinstance(new, Branch):
        return False
    if len(old.children) != len(new.children):
        return False
    return all(_equal(children(old).get(key), node) for key, node in new.children.items())


def _cloud_event(
    trigger: Trigger, found: Occurrence, origin: Origin, event_id: str
) -> dict[str, Any]:
    ref = "/".join(found.path)
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": "//firebasedatabase.googleapis.com/projects/_/locations/"
        f"{trigger.location}/instances/{origin.namespace}",
        "type": trigger.event,
        "time": _time(origin.at_ms),
        "datacontenttype": "application/json",
        "subject": f"refs/{ref}",
        "instance": origin.namespace,
        "ref": ref,
        "location": trigger.location,
        "firebasedatabasehost": origin.database_host,
        "authtype": _auth_type(origin.who),
    }
    if origin.who.uid is not None:
        event["authid"] = origin.who.uid
    event["data"] = {"@type": _DATA_TYPE} | _data(found)
    return event


def _legacy(trigger: Trigger, found: Occurrence, origin: Origin, event_id: str) -> dict[str, Any]:
    auth: dict[str, Any] = {"admin": origin.who.admin}
    if origin.who.auth is not None:
        auth["variable"] = dict(origin.who.auth)
    resource = f"projects/_/instances/{origin.namespace}/refs/{'/'.join(found.path)}"
    return {
        "data": _data(found),
        "context": {
            "eventId": event_id,
            "timestamp": _time(origin.at_ms),
            "eventType": trigger.event,
            "resource": resource,
            "params": {name: key for name, key in found.params.items() if name},
            "auth": auth,
        },
    }


def _data(found: Occurrence) -> dict[str, Any]:
    return {"data": plain(found.before), "delta": delta(found.before, found.after)}


def _auth_type(who: Principal) -> str:
    if who.admin:
        return "admin"
    return "unauthenticated" if who.auth is None else "app_user"


def _time(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
