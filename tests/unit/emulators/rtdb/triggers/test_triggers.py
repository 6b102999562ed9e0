from __future__ import annotations

import json
from typing import Any

import pytest

from emulators.rtdb.core.instances import Instances
from emulators.rtdb.core.principal import ADMIN, ANONYMOUS, Principal
from emulators.rtdb.core.write import merge, replace
from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.options import Limits
from emulators.rtdb.tree.path import parse_path
from emulators.rtdb.triggers.deliver import Event
from emulators.rtdb.triggers.registry import Triggers, parse_trigger

NAME_V2 = "projects/demo-lipamita/locations/europe-west1/triggers/europe-west1-fn-0"
NAME_V1 = "projects/demo-lipamita/locations/_/functions/fn"


class World:
    def __init__(self, **limits: int) -> None:
        self.sent: list[Event] = []
        self.instances = Instances(
            default="d",
            limits=Limits(**limits),
            clock=lambda: 1_767_225_600_123,
            send_event=self.sent.append,
        )
        self.instances.database_host = "127.0.0.1:9000"

    def register(self, path: str, kind: str, namespace: str = "*", name: str = NAME_V2) -> None:
        body = {
            "name": name,
            "path": path,
            "event": f"google.firebase.database.ref.v1.{kind}",
            "topic": "t",
            "namespacePattern": namespace,
        }
        self.instances.triggers.add(parse_trigger(body, None))

    def put(self, path: str, value: Any, who: Principal = ADMIN, namespace: str = "d") -> None:
        self.instances.get(namespace).write(replace(parse_path(path), value), who)

    def heard(self) -> list[Any]:
        events = [json.loads(event.body()) for event in self.sent]
        self.sent.clear()
        return events

    def summary(self) -> list[tuple[str, Any, Any]]:
        return [(e["ref"], e["data"]["data"], e["data"]["delta"]) for e in self.heard()]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("created", [("a/x", None, 1)]),
        ("updated", [("a/x", 1, 2)]),
        ("deleted", [("a/x", 2, None)]),
        ("written", [("a/x", None, 1), ("a/x", 1, 2), ("a/x", 2, None)]),
    ],
)
def test_kinds(kind: str, expected: list[Any]) -> None:
    world = World()
    world.register("a/{id}", kind)
    for value in (1, 2, 2, None, None):
        world.put("a/x", value)
    assert world.summary() == expected


def test_a_write_above_makes_one_event_for_each_node_that_changed() -> None:
    world = World()
    world.register("a/{id}/v", "written")
    world.put("a", {"x": {"v": 1}, "y": {"v": 2}, "z": {"w": 3}})
    world.put("a", {"x": {"v": 1}, "y": {"v": 5}, "q": {"v": 9}})
    assert sorted(world.summary(), key=str) == [
        ("a/q/v", None, 9),
        ("a/x/v", None, 1),
        ("a/y/v", 2, 5),
        ("a/y/v", None, 2),
    ]


def test_a_write_below_makes_an_event_at_the_patterns_level_with_the_delta() -> None:
    world = World()
    world.put("a/x", {"k": {"l": 1, "m": 2}, "n": 3})
    world.register("a/*", "written")
    world.instances.get("d").write(merge(("a", "x"), {"k/l": 9, "k/m": None, "o": {"p": 1}}), ADMIN)
    assert world.summary() == [
        (
            "a/x",
            {"k": {"l": 1, "m": 2}, "n": 3},
            {"k": {"l": 9, "m": None}, "o": {"p": 1}},
        )
    ]


def test_the_event_has_every_attribute_of_a_cloud_event() -> None:
    world = World()
    world.register("pay/{pid=*}", "created")
    world.put("pay/p9", {"amount": 1}, Principal(auth={"uid": "uid1"}))
    (event,) = world.sent
    assert event.url_path == "/functions/projects/demo-lipamita/triggers/europe-west1-fn-0"
    assert event.content_type == "application/cloudevents+json"
    body = json.loads(event.body())
    assert len(body.pop("id")) == 20
    assert body == {
        "specversion": "1.0",
        "source": "//firebasedatabase.googleapis.com/projects/_/locations/europe-west1/instances/d",
        "type": "google.firebase.database.ref.v1.created",
        "time": "2026-01-01T00:00:00.123Z",
        "datacontenttype": "application/json",
        "subject": "refs/pay/p9",
        "instance": "d",
        "ref": "pay/p9",
        "location": "europe-west1",
        "firebasedatabasehost": "127.0.0.1:9000",
        "authtype": "app_user",
        "authid": "uid1",
        "data": {
            "@type": "type.googleapis.com/google.events.firebase.database.v1.ReferenceEventData",
            "data": None,
            "delta": {"amount": 1},
        },
    }


def test_a_first_generation_trigger_gets_the_legacy_form() -> None:
    world = World()
    body = {
        "name": NAME_V1,
        "path": "/a/{id}",
        "event": "providers/google.firebase.database/eventTypes/ref.create",
        "topic": "t",
    }
    world.instances.triggers.add(parse_trigger(body, "d"))
    world.put("a/x", 1, ANONYMOUS)
    world.put("a/x", 1, namespace="other")
    (event,) = world.sent
    assert event.content_type == "application/json"
    legacy = json.loads(event.body())
    assert legacy["data"] == {"data": None, "delta": 1}
    assert legacy["context"]["resource"] == "projects/_/instances/d/refs/a/x"
    assert legacy["context"]["params"] == {"id": "x"}
    assert legacy["context"]["auth"] == {"admin": False}


def test_who_wrote_is_told() -> None:
    world = World()
    world.register("a", "written")
    for number, who in enumerate((ADMIN, ANONYMOUS, Principal(auth={"uid": "u"}))):
        world.put("a", number, who)
    assert [event["authtype"] for event in world.heard()] == [
        "admin",
        "unauthenticated",
        "app_user",
    ]


def test_namespaces_are_matched_by_pattern() -> None:
    world = World()
    world.register("a", "written", namespace="shard-*")
    world.put("a", 1, namespace="shard-1")
    world.put("a", 1, namespace="other")
    assert [event["instance"] for event in world.heard()] == ["shard-1"]


def test_registering_a_name_again_replaces_it() -> None:
    world = World()
    world.register("a", "written")
    world.register("b", "written")
    world.put("", {"a": 1, "b": 1})
    assert [ref for ref, _, _ in world.summary()] == ["b"]


def test_a_write_without_triggers_causes_no_events() -> None:
    world = World()
    world.register("a", "written")
    world.instances.get("d").write(replace(("a",), 1), ADMIN, triggers=False)
    assert world.heard() == []


def test_events_of_one_write_are_bounded() -> None:
    world = World(events_per_write=3)
    world.register("a/{id}", "created")
    world.put("a", dict.fromkeys("abcdef", 1))
    assert len(world.sent) == 3


def test_registrations_are_bounded() -> None:
    triggers = Triggers(1)
    body = {"name": NAME_V2, "path": "a", "event": "google.firebase.database.ref.v1.created"}
    triggers.add(parse_trigger(body, None))
    with pytest.raises(TooLargeError):
        triggers.add(parse_trigger(body | {"name": NAME_V2 + "1"}, None))


@pytest.mark.parametrize("change", [{"name": 5}, {"name": "x"}, {"event": "x"}, {"path": None}])
def test_malformed_registrations_are_refused(change: dict[str, Any]) -> None:
    body = {"name": NAME_V2, "path": "a", "event": "google.firebase.database.ref.v1.created"}
    with pytest.raises(RequestError):
        parse_trigger(body | change, None)
