"""firebase_admin for Python, unmodified."""

from __future__ import annotations

import os
import queue
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import firebase_admin
import pytest
import requests
from firebase_admin import db, exceptions

Reference = Callable[[str], Any]
WAIT_S = 10


@contextmanager
def client(emulator: str, **options: Any) -> Iterator[Reference]:
    """A reference factory in a namespace of its own unless `namespace` is given."""
    namespace = options.pop("namespace", None) or f"py-{uuid.uuid4().hex[:12]}"
    url = f"http://{emulator}/?ns={namespace}"
    settings = {"databaseURL": url, "projectId": "demo-lipamita"} | options
    app = firebase_admin.initialize_app(options=settings, name=uuid.uuid4().hex)
    try:
        yield lambda path: db.reference(path, app=app)
    finally:
        firebase_admin.delete_app(app)


@pytest.fixture(autouse=True)
def environment(emulator: str) -> Iterator[None]:
    os.environ["FIREBASE_DATABASE_EMULATOR_HOST"] = emulator
    yield
    del os.environ["FIREBASE_DATABASE_EMULATOR_HOST"]


@pytest.fixture
def ref(emulator: str) -> Iterator[Reference]:
    with client(emulator) as reference:
        yield reference


def any_client(reference: Any) -> Any:
    """The SDK's own authorized HTTP client."""
    return reference._client


def set_rules(emulator: str, namespace: str, rules: str) -> None:
    reply = requests.put(
        f"http://{emulator}/.settings/rules.json?ns={namespace}",
        data=rules,
        headers={"Authorization": "Bearer owner"},
        timeout=WAIT_S,
    )
    assert reply.ok, reply.text


def test_set_get_update_push_delete(ref: Reference) -> None:
    ref("a").set({"x": 1, "list": ["p", "q"], "ключ": "é😀"})
    ref("a").update({"x": 2, "deep/er": True})
    pushed = ref("a/pushed").push({"n": 1})
    assert ref("a").get() == {
        "deep": {"er": True},
        "list": ["p", "q"],
        "pushed": {pushed.key: {"n": 1}},
        "x": 2,
        "ключ": "é😀",
    }
    ref("a").delete()
    assert ref("a").get() is None


def test_shallow_and_etags(ref: Reference) -> None:
    ref("a").set({"x": {"y": 1}, "z": 2})
    assert ref("a").get(shallow=True) == {"x": True, "z": True}
    value, tag = ref("a").get(etag=True)
    assert value == {"x": {"y": 1}, "z": 2}
    assert ref("a").get_if_changed(tag) == (False, None, None)
    changed, value, new_tag = ref("a").get_if_changed("other")
    assert (changed, value, new_tag) == (True, {"x": {"y": 1}, "z": 2}, tag)
    assert ref("a").set_if_unchanged("other", 1) == (False, value, tag)
    done, value, newest = ref("a").set_if_unchanged(tag, 5)
    assert (done, value) == (True, 5)
    assert newest == ref("a").get(etag=True)[1]


@pytest.mark.parametrize(
    ("build", "keys"),
    [
        (lambda q: q("h").start_at(2), "bcd"),
        (lambda q: q("h").end_at(2).start_at(1), "abc"),
        (lambda q: q("h").equal_to(2), "bc"),
        (lambda q: q("h").limit_to_first(2), "ea"),
        (lambda q: q("h").limit_to_last(1), "d"),
        (lambda q: q("$key").start_at("b").end_at("c"), "bc"),
        (lambda q: q("$key").limit_to_last(2), "de"),
        (lambda q: q("$value").limit_to_first(1), "a"),
    ],
)
def test_queries_in_all_orders(emulator: str, build: Any, keys: str) -> None:
    namespace = f"q-{uuid.uuid4().hex[:12]}"
    rules = '{"rules": {".read": true, ".write": true, "l": {".indexOn": ["h", ".value"]}}}'
    set_rules(emulator, namespace, rules)
    with client(emulator, namespace=namespace) as ref:
        ref("l").set({"a": {"h": 1}, "b": {"h": 2}, "c": {"h": 2}, "d": {"h": "x"}, "e": {"k": 1}})

        def query(order: str) -> Any:
            if order == "$key":
                return ref("l").order_by_key()
            if order == "$value":
                return ref("l").order_by_value()
            return ref("l").order_by_child(order)

        assert "".join(build(query).get()) == keys


def test_an_unindexed_query_is_an_invalid_argument(ref: Reference) -> None:
    with pytest.raises(exceptions.InvalidArgumentError, match="Index not defined"):
        ref("l").order_by_child("h").equal_to(1).get()


def test_twenty_threads_of_transactions_lose_nothing(ref: Reference) -> None:
    ready = threading.Barrier(20)
    failures: list[Exception] = []

    def add() -> None:
        ready.wait(WAIT_S)
        try:
            ref("n").transaction(lambda value: (value or 0) + 1)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert failures == []
    assert ref("n").get() == 20


def test_listen_hears_and_closes(ref: Reference) -> None:
    heard: queue.Queue[tuple[str, str, Any]] = queue.Queue()
    ref("v").set({"a": 1})
    listening = ref("v").listen(lambda e: heard.put((e.event_type, e.path, e.data)))
    assert heard.get(timeout=WAIT_S) == ("put", "/", {"a": 1})
    ref("v/b").set(2)
    assert heard.get(timeout=WAIT_S) == ("put", "/b", 2)
    ref("v").update({"a": None, "c/d": 3})
    assert heard.get(timeout=WAIT_S) == ("patch", "/", {"a": None, "c/d": 3})
    listening.close()


def test_an_auth_override_is_bound_by_the_rules(emulator: str) -> None:
    namespace = f"o-{uuid.uuid4().hex[:12]}"
    rule = '"auth.uid == $uid"'
    set_rules(
        emulator, namespace, f'{{"rules": {{"$uid": {{".read": {rule}, ".write": {rule}}}}}}}'
    )
    override = {"databaseAuthVariableOverride": {"uid": "amina"}}
    with client(emulator, namespace=namespace, **override) as ref:
        ref("amina").set(1)
        assert ref("amina").get() == 1
        attempts: list[Callable[[], Any]] = [
            lambda: ref("brian").get(),
            lambda: ref("brian").set(1),
        ]
        for refused in attempts:
            with pytest.raises(exceptions.UnauthenticatedError, match="Permission denied"):
                refused()
    nobody = {"databaseAuthVariableOverride": None}
    with (
        client(emulator, namespace=namespace, **nobody) as ref,
        pytest.raises(exceptions.UnauthenticatedError),
    ):
        ref("amina").get()


def test_a_listen_goes_on_when_its_credential_has_expired(emulator: str) -> None:
    namespace = f"e-{uuid.uuid4().hex[:12]}"
    override = {"databaseAuthVariableOverride": {"uid": "amina"}}
    with client(emulator, namespace=namespace, **override) as ref:
        heard: queue.Queue[tuple[str, str, Any]] = queue.Queue()
        listening = ref("v").listen(lambda e: heard.put((e.event_type, e.path, e.data)))
        assert heard.get(timeout=WAIT_S) == ("put", "/", None)
        expire = f"http://{emulator}/.inspect/expire.json?ns={namespace}&uid=amina"
        owner = {"Authorization": "Bearer owner"}
        assert requests.post(expire, headers=owner, timeout=WAIT_S).json() == {"told": 1}
        assert heard.get(timeout=WAIT_S) == ("put", "/", None)
        ref("v").set(1)
        assert heard.get(timeout=WAIT_S) == ("put", "/", 1)
        listening.close()


def test_rules_are_set_and_read_back(emulator: str) -> None:
    namespace = f"r-{uuid.uuid4().hex[:12]}"
    with client(emulator, namespace=namespace) as ref:
        http = any_client(ref(""))
        text = '{ // open\n "rules": {".read": true}}'
        http.request("put", "/.settings/rules.json", data=text.encode())
        assert http.body("get", "/.settings/rules.json?format=strict") == {"rules": {".read": True}}
