"""One Daraja token for everybody: fetched once, shared, forgotten when refused."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator

import pytest
from lipamita.adapters.access_token import (
    MAIN_PATH,
    MAX_WAITS,
    REFRESH_EARLY_MS,
    AccessTokenError,
    AccessTokens,
    Patience,
    token_node,
)
from lipamita.adapters.admin_app import admin_app
from lipamita.domain.units import Millis

from tests.unit.lipamita.adapters.live_rtdb import NAMESPACE, LiveDatabase
from tests.unit.lipamita.adapters.scripted_http import (
    Answer,
    Drop,
    Hold,
    Say,
    ScriptedServer,
    serving,
)
from tests.unit.lipamita.adapters.test_rtdb_store import at_once
from tests.unit.lipamita.domain.samples import NOW

LIFE_MS = 3_599_000
PATIENCE = Patience(wait_s=0.01, read_timeout_s=0.2)


class Clock:
    """Stands still unless told, or goes on by ``tick_ms`` with every look."""

    def __init__(self, tick_ms: int = 0) -> None:
        self.now_ms, self.tick_ms = int(NOW), tick_ms
        self._lock = threading.Lock()

    def __call__(self) -> Millis:
        with self._lock:
            self.now_ms += self.tick_ms
            return Millis(self.now_ms)


def token(name: str = "t1", life: object = "3599") -> Say:
    return Say(node={"access_token": name, "expires_in": life})


@pytest.fixture
def daraja() -> Iterator[ScriptedServer]:
    server = ScriptedServer(lambda number: token(f"t{number + 1}"))
    yield server
    server.stop()


def instance(database: LiveDatabase, url: str, clock: Clock | None = None) -> AccessTokens:
    return AccessTokens(
        token_node(database.app),
        base_url=url,
        credentials=("key", "secret"),
        clock=clock or Clock(),
        patience=PATIENCE,
    )


def test_a_token_is_fetched_with_the_apps_credentials(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    assert instance(database, daraja.url).get() == "t1"
    seen = daraja.seen[0]
    assert (seen.method, seen.path) == (
        "GET",
        "/oauth/v1/generate?grant_type=client_credentials",
    )
    expected = base64.b64encode(b"key:secret").decode()
    assert seen.headers["Authorization"] == f"Basic {expected}"


def test_many_threads_fetch_once(database: LiveDatabase, daraja: ScriptedServer) -> None:
    tokens = instance(database, daraja.url)
    assert set(at_once(lambda _: tokens.get())) == {"t1"}
    assert len(daraja.seen) == 1


def test_two_instances_at_once_fetch_once(database: LiveDatabase, daraja: ScriptedServer) -> None:
    both = [instance(database, daraja.url) for _ in range(2)]
    assert set(at_once(lambda number: both[number % 2].get())) == {"t1"}
    assert len(daraja.seen) == 1


def test_a_token_that_another_instance_fetched_is_used(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    database.write(MAIN_PATH, {"access_token": "theirs", "expires_at": NOW + LIFE_MS})
    assert instance(database, daraja.url).get() == "theirs"
    assert daraja.seen == []


@pytest.mark.parametrize("life", ["3599", 3599])
def test_a_fetched_token_is_shared_with_its_end(database: LiveDatabase, life: object) -> None:
    with serving(token(life=life)) as server:
        instance(database, server.url).get()
    assert database.read(MAIN_PATH) == {
        "access_token": "t1",
        "fetched_at": NOW,
        "expires_at": NOW + LIFE_MS,
    }


def test_who_listens_is_told_why_there_is_no_token(database: LiveDatabase) -> None:
    told: list[str] = []
    with serving(Say(status=500)) as server:
        tokens = instance(database, server.url)
        tokens.on_failure = told.append
        with pytest.raises(AccessTokenError):
            tokens.get()
    assert told == ["HTTP 500 without a token"]


def test_who_listens_and_fails_changes_nothing(database: LiveDatabase) -> None:
    def fail(_: str) -> None:
        raise OSError("no database")

    with serving(Say(status=500), token()) as server:
        tokens = instance(database, server.url)
        tokens.on_failure = fail
        with pytest.raises(AccessTokenError, match="HTTP 500"):
            tokens.get()
        assert tokens.get() == "t1"


@pytest.mark.parametrize(
    ("age_ms", "name"),
    [(LIFE_MS - REFRESH_EARLY_MS - 1, "t1"), (LIFE_MS - REFRESH_EARLY_MS, "t2")],
)
def test_a_token_is_renewed_a_minute_early(
    database: LiveDatabase, daraja: ScriptedServer, age_ms: int, name: str
) -> None:
    clock = Clock()
    tokens = instance(database, daraja.url, clock)
    tokens.get()
    clock.now_ms += age_ms
    assert tokens.get() == name


def test_a_lease_whose_holder_died_is_taken_when_it_ends(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    clock = Clock(tick_ms=1_000)
    database.write(MAIN_PATH, {"lease_holder": "gone", "lease_until": NOW + 5_000})
    assert instance(database, daraja.url, clock).get() == "t1"
    assert clock.now_ms >= NOW + 5_000


def test_nobody_fetches_while_another_holds_the_lease(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    database.write(MAIN_PATH, {"lease_holder": "busy", "lease_until": NOW + 1})
    with pytest.raises(AccessTokenError, match="lease"):
        instance(database, daraja.url).get()
    assert daraja.seen == []


def test_waiting_outlasts_the_lease_of_a_dead_holder() -> None:
    usual = Patience()
    assert MAX_WAITS * usual.wait_s * 1_000 > usual.lease_ms


def test_a_lease_outlasts_the_fetch() -> None:
    usual = Patience()
    assert usual.lease_ms > 1_000 * (usual.read_timeout_s + 5)


@pytest.mark.parametrize(
    "fault",
    [
        Say(status=400, node={"errorCode": "400.008.01"}),
        Say(status=500),
        Say(status=503, node=b"<html>"),
        Say(node=b"<html>"),
        Say(node={}),
        Say(status=201, node=token().node),
        Say(status=302, headers={"Location": "/elsewhere"}),
        Drop(),
        Hold(),
        Say(node=b'{"access_to', promised_bytes=900),
    ],
    ids=["400", "500", "503", "HTML", "empty", "201", "302", "dropped", "held", "half"],
)
def test_a_failed_fetch_gives_the_lease_back_at_once(database: LiveDatabase, fault: Answer) -> None:
    with serving(fault, token("t2")) as server:
        tokens = instance(database, server.url)
        with pytest.raises(AccessTokenError):
            tokens.get()
        assert tokens.get() == "t2"


def test_a_refused_token_is_forgotten_by_all_instances(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    here, there = instance(database, daraja.url), instance(database, daraja.url)
    here.refused(here.get())
    assert (here.get(), there.get()) == ("t2", "t2")


def test_a_late_refusal_of_an_old_token_does_not_forget_the_new_one(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    tokens = instance(database, daraja.url)
    tokens.refused(tokens.get())
    tokens.get()
    tokens.refused("t1")
    assert tokens.get() == "t2"
    assert database.read(f"{MAIN_PATH}/access_token") == "t2"


def test_many_refusals_of_one_token_fetch_one_new_token(
    database: LiveDatabase, daraja: ScriptedServer
) -> None:
    tokens = instance(database, daraja.url)
    old = tokens.get()

    def refuse_and_get(_: int) -> str:
        tokens.refused(old)
        return tokens.get()

    assert set(at_once(refuse_and_get)) == {"t2"}
    assert len(daraja.seen) == 2


@pytest.mark.parametrize(
    "node", ["text", 5, {"access_token": 5}, {"access_token": "t", "expires_at": "soon"}], ids=str
)
def test_a_damaged_node_is_an_error_that_names_no_token(
    database: LiveDatabase, daraja: ScriptedServer, node: object
) -> None:
    database.write(MAIN_PATH, node)
    with pytest.raises(AccessTokenError, match="database"):
        instance(database, daraja.url).get()


@pytest.fixture
def lost() -> AccessTokens:
    """The tokens of an instance whose database is gone."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    app = admin_app(
        project_id="demo-lipamita", database_url=f"http://127.0.0.1:{port}/?ns={NAMESPACE}"
    )
    return AccessTokens(
        token_node(app),
        base_url="http://127.0.0.1:1",
        credentials=("k", "s"),
        clock=Clock(),
        patience=PATIENCE,
    )


def test_without_a_database_there_is_no_token_and_no_fetch(lost: AccessTokens) -> None:
    with pytest.raises(AccessTokenError, match="database"):
        lost.get()


def test_without_a_database_a_refusal_still_does_not_raise(lost: AccessTokens) -> None:
    lost.refused("t1")
    with pytest.raises(AccessTokenError):
        lost.get()
