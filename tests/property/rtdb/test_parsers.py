"""No text crashes or hangs a parser: it is understood or refused with the parser's own error."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emulators.rtdb import json_text
from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ANONYMOUS
from emulators.rtdb.errors import (
    ConflictError,
    CredentialError,
    PermissionDeniedError,
    RequestError,
)
from emulators.rtdb.http.namespace import namespace_of
from emulators.rtdb.http.request import parse_target
from emulators.rtdb.options import Limits
from emulators.rtdb.query.rest import PARAMETERS, parse_query
from emulators.rtdb.query.wire import parse_query as parse_wire_query
from emulators.rtdb.rules.decision import Asker, may_read
from emulators.rtdb.rules.errors import RulesRejectedError, RulesSyntaxError
from emulators.rtdb.rules.parser import parse
from emulators.rtdb.rules.regex import check_regex, searcher
from emulators.rtdb.rules.tree import compile_rules
from emulators.rtdb.wire.frames import Assembler, Outgoing, parts
from emulators.rtdb.wire.session import Session

FRAGMENTS = st.lists(
    st.sampled_from(
        ["auth", ".", "uid", "==", "null", "(", ")", "[", "]", "'a'", "$x", "&&", "||", "!", "?",
         ":", "data", "child", "/a+/", "matches", "1", "-", "+", "%", "newData", "val", "()", "'",
         '"', "\\", "/", "//", "/*", "now", "<", "true", ",", "0x", "hasChildren", "\n", "é", "#"]
    ),
    max_size=30,
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.one_of(FRAGMENTS.map(" ".join), FRAGMENTS.map("".join), st.text(max_size=60)))
def test_rule_expressions(text: str) -> None:
    with contextlib.suppress(RulesSyntaxError):
        parse(text)
    rules = json.dumps({"rules": {"$x": {".read": text, ".write": text}}})
    with contextlib.suppress(RulesRejectedError):
        compiled = compile_rules(rules)
        may_read(compiled, ("k",), tree=None, asker=Asker(auth={"uid": "a"}, now_ms=1))


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from([*'{}[]:,"/*\\ \n', '"rules"', '".read"', "true", '"$a"', '"x"']),
            max_size=30,
        ).map("".join),
        JSON.map(lambda value: json.dumps({"rules": value})),
    )
)
def test_rules_documents(text: str) -> None:
    with contextlib.suppress(RulesRejectedError):
        compile_rules(text)


@given(st.text(alphabet="ab(|)*+?{}1,2[]^$.\\dwsn-:=!<", max_size=25), st.text(max_size=20))
def test_regular_expressions(pattern: str, text: str) -> None:
    with contextlib.suppress(RulesSyntaxError):
        check_regex(pattern, 0)
        searcher(pattern, True)(text)


@given(st.binary(max_size=60))
def test_json_text(body: bytes) -> None:
    with contextlib.suppress(RequestError):
        json_text.write(json_text.read(body))


@given(st.text(max_size=60), st.text(max_size=20))
def test_request_targets(target: str, host: str) -> None:
    with contextlib.suppress(RequestError):
        _, parameters = parse_target(target)
        namespace_of(parameters, host, "default", {"known"})


@given(st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.text(max_size=12), max_size=4))
def test_rest_queries(parameters: dict[str, str]) -> None:
    with contextlib.suppress(RequestError):
        parse_query(parameters)


@given(JSON)
def test_wire_queries(query: Any) -> None:
    with contextlib.suppress(RequestError):
        parse_wire_query(query)


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=7, max_size=70_000))
def test_a_message_survives_its_frames(message: str) -> None:
    incoming = Assembler(100_000)
    done = [incoming.feed(frame) for frame in parts(message)]
    assert done[:-1] == [None] * (len(done) - 1)
    assert done[-1] == message


@given(st.lists(st.text(max_size=12), max_size=30))
def test_any_frames(frames: list[str]) -> None:
    incoming = Assembler(100)
    with contextlib.suppress(RequestError):
        for frame in frames:
            message = incoming.feed(frame)
            assert message is None or len(message) <= 100


class Silent:
    """A channel that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, message: Outgoing) -> None:
        self.sent.append(message)

    def close(self) -> None:
        """Nothing to close."""


ACTIONS = st.sampled_from(
    ["q", "n", "g", "p", "m", "o", "om", "oc", "auth", "gauth", "unauth", "s", "appcheck", "zz"]
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "p": st.one_of(st.sampled_from(["a", "a/b", "/", "", ".info/x", "a/.priority"]), JSON),
        "d": JSON,
        "h": st.one_of(st.text(max_size=4), JSON),
        "q": st.one_of(
            st.fixed_dictionaries(
                {},
                optional={
                    "i": st.sampled_from([".key", ".value", "a"]),
                    "l": st.integers(),
                    "sp": JSON,
                },
            ),
            JSON,
        ),
        "t": st.one_of(st.integers(), JSON),
        "cred": st.one_of(st.just("owner"), st.text(max_size=9)),
    },
)
MESSAGES = st.one_of(
    st.builds(
        lambda r, a, b: {"t": "d", "d": {"r": r, "a": a, "b": b}}, st.integers(), ACTIONS, BODIES
    ),
    st.builds(lambda t, d: {"t": "c", "d": {"t": t, "d": d}}, st.sampled_from("pnaxz"), JSON),
    JSON,
)


@given(st.lists(MESSAGES, max_size=12))
def test_any_messages_to_a_session(messages: list[Any]) -> None:
    database = Database("p", limits=Limits(), clock=lambda: 1)
    channel = Silent()
    session = Session("s", database, channel)
    for message in messages:
        expected = len(channel.sent)
        with contextlib.suppress(RequestError):
            session.receive(json.dumps(message))
            assert len(channel.sent) >= expected
    for sent in channel.sent:
        json.loads(sent.text)
    session.closed()
    assert len(database.watches) == 0
    with contextlib.suppress(PermissionDeniedError, ConflictError, CredentialError):
        database.read((), ANONYMOUS)
