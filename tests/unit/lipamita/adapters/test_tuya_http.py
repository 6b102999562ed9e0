"""Tuya over a socket: one POST for a charge whatever happens, signed as the cloud expects."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from lipamita.adapters.tuya_http import TuyaHttp
from lipamita.adapters.tuya_wire import Project
from lipamita.domain.units import Millis

from emulators.tuya.cloud import Cloud
from tests.unit.lipamita.adapters.scripted_http import Say, serving

NOW = 1_795_208_400_000
DEVICE = "vdevo1"
SECRET = "s" * 32


class Served:
    """The simulated cloud behind a socket."""

    def __init__(self) -> None:
        self.cloud = Cloud(client_id="project", client_secret=SECRET, clock_ms=lambda: NOW)
        self.meter = self.cloud.add_meter(DEVICE)
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.answer(self)

            do_POST = do_GET  # noqa: N815 - the name http.server calls

            def log_message(self, *_: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        answer = self.cloud.answer(request.command, request.path, request.headers, body)  # type: ignore[arg-type]
        if answer.dropped:
            request.close_connection = True
            return
        text = json.dumps(answer.node).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def client(self, secret: str = SECRET) -> TuyaHttp:
        return client_of(self.url, secret)

    def posts(self) -> int:
        return sum(line.startswith("POST") for line in self.cloud.requests)


def client_of(url: str, secret: str = SECRET, read_timeout_s: float = 5) -> TuyaHttp:
    made = iter(range(1, 1_000))
    return TuyaHttp(
        base_url=url,
        project=Project(client_id="project", client_secret=secret),
        clock=lambda: Millis(NOW),
        random_bytes=lambda count: next(made).to_bytes(count, "big"),
        read_timeout_s=read_timeout_s,
    )


@pytest.fixture
def served() -> Iterator[Served]:
    running = Served()
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_a_charge_reaches_the_meter_and_is_read_back(served: Served) -> None:
    client = served.client()
    assert client.charge(DEVICE, 2_941) is True
    reading = client.read(DEVICE)
    assert reading is not None
    assert (reading.balance_units, reading.consumed_units, reading.at_ms) == (2_941, 0, NOW)


@pytest.mark.parametrize("scenario", ["drop_after_apply", "drop_before_apply"])
def test_a_charge_whose_answer_is_lost_is_not_known_and_posted_once(
    served: Served, scenario: str
) -> None:
    served.cloud.scenarios.append(scenario)
    assert served.client().charge(DEVICE, 10) is None
    assert served.posts() == 1


@pytest.mark.parametrize("fault", ["cut off", "held"])
def test_a_charge_whose_answer_breaks_off_is_not_known_and_posted_once(fault: str) -> None:
    token = {"access_token": "t", "expire_time": 7_200}
    given = Say(node={"success": True, "result": token})
    begun = Say(node=b'{"succ', promised_bytes=200, held=fault == "held")
    with serving(given, begun) as server:
        client = client_of(server.url, read_timeout_s=0.2)
        assert client.charge(DEVICE, 10) is None
        assert [seen.method for seen in server.seen] == ["GET", "POST"]
        assert client.read(DEVICE) is None


def test_a_charge_that_the_cloud_refuses_is_refused_and_posted_once(served: Served) -> None:
    served.cloud.scenarios.append("refuse")
    assert served.client().charge(DEVICE, 10) is False
    assert served.posts() == 1


def test_a_token_is_used_again_and_renewed_for_a_read_when_it_is_refused(served: Served) -> None:
    client = served.client()
    assert client.read(DEVICE)
    assert client.read(DEVICE)
    served.cloud._tokens += 1  # another instance fetched one
    assert client.read(DEVICE)
    assert sum("token" in line for line in served.cloud.requests) == 2


def test_a_wrong_secret_reads_and_charges_nothing(served: Served) -> None:
    client = served.client(secret="w" * 32)
    assert (client.read(DEVICE), client.charge(DEVICE, 10)) == (None, False)
    assert served.cloud.ledger == []


def test_a_cloud_that_is_not_there_says_nothing(served: Served) -> None:
    client = served.client()
    served.server.shutdown()
    served.server.server_close()
    assert (client.read(DEVICE), client.charge(DEVICE, 10)) == (None, None)


def test_a_meter_of_somebody_else_is_neither_read_nor_charged(served: Served) -> None:
    client = served.client()
    assert (client.read("another"), client.charge("another", 10)) == (None, False)
