"""The order and form of what a session answers, without any socket."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN
from emulators.rtdb.core.write import replace
from emulators.rtdb.errors import RequestError
from emulators.rtdb.options import Limits
from emulators.rtdb.tree.path import parse_path
from emulators.rtdb.tree.to_json import plain
from emulators.rtdb.wire.frames import Outgoing
from emulators.rtdb.wire.session import Session


def id_token(uid: str) -> str:
    coded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none"}, {"sub": uid})
    ]
    return ".".join(coded) + "."


class Client:
    """Talks to a session of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sent: list[Any] = []
        self.session = Session("session-1", database, self)
        self.number = 0

    def send(self, message: Outgoing) -> None:
        self.sent.append(json.loads(message.text))

    def close(self) -> None:
        self.sent.append("closed")

    def ask(self, action: str, **body: Any) -> list[Any]:
        """What the session sends while it answers, each without its envelope."""
        self.sent.clear()
        self.number += 1
        request = {"r": self.number, "a": action, "b": body}
        self.session.receive(json.dumps({"t": "d", "d": request}))
        return [message["d"] for message in self.sent]

    def status(self, action: str, **body: Any) -> tuple[str, Any]:
        answer = self.ask(action, **body)[-1]["b"]
        return answer["s"], answer["d"]


@pytest.fixture
def database() -> Database:
    limits = Limits(watches_per_connection=3, disconnect_writes_per_connection=2)
    return Database("test", limits=limits, clock=lambda: 1234)


@pytest.fixture
def client(database: Database) -> Client:
    return Client(database)


def put(database: Database, path: str, value: Any) -> None:
    database.write(replace(parse_path(path), value), ADMIN)


def test_the_server_speaks_first(client: Client) -> None:
    client.session.open("127.0.0.1:9000")
    hello = {"ts": 1234, "v": "5", "h": "127.0.0.1:9000", "s": "session-1"}
    assert client.sent == [{"t": "c", "d": {"t": "h", "d": hello}}]


def test_a_ping_is_answered_with_the_key_d_present(client: Client) -> None:
    client.session.receive('{"t":"c","d":{"t":"p","d":{}}}')
    assert client.sent == [{"t": "c", "d": {"t": "o", "d": None}}]


def test_data_precedes_the_answer_to_a_listen(client: Client) -> None:
    put(client.database, "a", {"b": 1})
    assert client.ask("q", p="/a", h="") == [
        {"a": "d", "b": {"p": "a", "d": {"b": 1}}},
        {"r": 1, "b": {"s": "ok", "d": {}}},
    ]
    assert client.ask("q", p="/missing", h="")[0] == {"a": "d", "b": {"p": "missing", "d": None}}


def test_a_matching_hash_spares_the_data(client: Client) -> None:
    put(client.database, "a", 4)
    known = client.database.etag(("a",))
    assert client.ask("q", p="/a", h=known) == [{"r": 1, "b": {"s": "ok", "d": {}}}]


def test_pushes_of_a_write_precede_its_answer(client: Client) -> None:
    client.ask("q", p="/a", h="")
    assert client.ask("p", p="/a/b", d={".sv": "timestamp"}) == [
        {"a": "d", "b": {"p": "a/b", "d": 1234}},
        {"r": 2, "b": {"s": "ok", "d": ""}},
    ]
    assert client.ask("m", p="/a", d={"b": None, "c/d": 2}) == [
        {"a": "m", "b": {"p": "a", "d": {"b": None, "c/d": 2}}},
        {"r": 3, "b": {"s": "ok", "d": ""}},
    ]


def test_a_tagged_listen_gets_merges_with_its_tag(client: Client) -> None:
    put(client.database, "l", {"a": 1, "b": 2})
    query = {"i": ".key", "l": 1, "vf": "r"}
    assert client.ask("q", p="/l", q=query, t=7, h="")[0]["b"] == {"p": "l", "d": {"b": 2}, "t": 7}
    assert client.ask("p", p="/l/c", d=3)[0] == {
        "a": "m",
        "b": {"p": "l", "d": {"c": 3, "b": None}, "t": 7},
    }
    client.ask("n", p="/l", q=query, t=7)
    assert len(client.ask("p", p="/l/d", d=3)) == 1


def test_an_unindexed_listen_is_warned_of_and_an_unindexed_get_fails(client: Client) -> None:
    query = {"i": "n", "l": 1, "vf": "l"}
    assert client.status("q", p="/l", q=query, t=1, h="") == ("ok", {"w": ["no_index"]})
    status, text = client.status("g", p="/l", q=query)
    assert status == "failure"
    assert 'Index not defined, add ".indexOn": "n"' in text


def test_compare_and_put(client: Client) -> None:
    put(client.database, "n", 1)
    stale = ("datastale", "Transaction hash does not match")
    assert client.status("p", p="/n", d=2, h="") == stale
    assert client.status("p", p="/n", d=2, h=client.database.etag(("n",))) == ("ok", "")
    assert client.status("p", p="/new", d=1, h="") == ("ok", "")


def test_refusals(client: Client) -> None:
    client.database.set_rules('{"rules": {"$uid": {".read": "auth.uid == $uid"}}}')
    denied = ("permission_denied", "Permission denied")
    assert client.status("q", p="/amina", h="") == denied
    assert client.status("g", p="/amina", q={}) == denied
    assert client.status("p", p="/amina", d=1) == denied
    assert client.status("auth", cred=id_token("amina"))[0] == "ok"
    assert client.status("g", p="/amina", q={}) == ("ok", None)
    assert client.status("auth", cred="garbage")[0] == "invalid_token"
    assert client.status("p", p="/a.b", d=1)[0] == "failure"
    assert client.status("p", p="/a", d={"": 1})[0] == "failure"
    assert client.status("zz")[0] == "failure"
    assert client.status("g", p="/.info/connected", q={}) == (
        "failure",
        "Invalid path: Invalid token in path",
    )


def test_signing_out_revokes_what_is_no_longer_allowed(client: Client) -> None:
    client.database.set_rules('{"rules": {"$uid": {".read": "auth.uid == $uid"}}}')
    client.ask("auth", cred=id_token("amina"))
    client.ask("q", p="/amina", h="")
    assert client.ask("unauth")[0] == {"a": "c", "b": {"p": "amina"}}


def test_an_admin_may_take_on_another_auth(client: Client) -> None:
    client.database.set_rules('{"rules": {".write": "auth.uid == \'x\'"}}')
    assert client.status("gauth", cred="owner")[0] == "ok"
    assert client.status("p", p="/a", d=1)[0] == "ok"
    client.ask("gauth", cred="owner", authvar={"uid": "x"})
    assert client.status("p", p="/a", d=1)[0] == "ok"
    client.ask("gauth", cred="owner", noauth=True)
    assert client.status("p", p="/a", d=1)[0] == "permission_denied"


def test_an_expired_credential_is_told_once(client: Client) -> None:
    client.ask("auth", cred=id_token("amina"))
    client.ask("q", p="/a", h="")
    client.ask("q", p="/b", h="")
    client.sent.clear()
    assert client.database.expire_credentials("amina") == 2
    (told,) = client.sent
    assert told["d"]["a"] == "ac"
    assert told["d"]["b"]["s"] == "expired_token"


def test_writes_on_disconnect_replace_and_cancel_each_other(database: Database) -> None:
    client = Client(Database("test", limits=Limits(), clock=lambda: 1234))
    client.ask("o", p="/a/b", d="first")
    client.ask("o", p="/a", d={"c": "second"})
    client.ask("om", p="/m", d={"x": 1, "y": {".sv": "timestamp"}})
    client.ask("o", p="/gone", d=1)
    client.ask("oc", p="/gone")
    client.ask("oc", p="/m/x")
    assert plain(client.database.tree) is None
    client.session.closed()
    assert plain(client.database.tree) == {"a": {"c": "second"}, "m": {"y": 1234}}


def test_a_closed_session_hears_nothing_more(client: Client) -> None:
    client.ask("q", p="/a", h="")
    client.session.closed()
    client.sent.clear()
    put(client.database, "a", 1)
    assert client.sent == []
    assert len(client.database.watches) == 0


def test_limits_of_a_connection(client: Client) -> None:
    for path in "abc":
        assert client.status("q", p=path, h="")[0] == "ok"
    assert client.status("q", p="d", h="")[0] == "too_big"
    assert client.status("o", p="a", d=1)[0] == "ok"
    assert client.status("om", p="b", d={"x": 1, "y": 1})[0] == "too_big"


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "{}", '{"t":"d"}', '{"t":"d","d":{}}', '{"t":"d","d":{"r":1,"a":"p"}}',
     '{"t":"d","d":{"r":"1","a":"p","b":{}}}', '{"t":"z","d":{}}', "[" * 100_000],
)  # fmt: skip
def test_what_is_not_of_the_protocol_is_an_error(client: Client, text: str) -> None:
    with pytest.raises(RequestError):
        client.session.receive(text)
