"""The proxy that misbehaves: calm it passes everything on, and each fault is what it says."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tools.lab.flaky_proxy import STORM, Fate, FlakyProxy, Weather, chance_of

PATIENCE_S = 10.0
DATA = hashlib.sha256(b"data").digest() * 3_000
ECHO_BYTES = 4_096


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A server that sends back what it gets."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while data := client.recv(ECHO_BYTES):
                client.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}"
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(PATIENCE_S)


def through(proxy: FlakyProxy, data: bytes) -> bytes:
    """What comes back of the data before the connection ends or falls silent."""
    back = b""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_S) as client:
        sender = threading.Thread(target=_send, args=(client, data), daemon=True)
        sender.start()
        with contextlib.suppress(OSError):
            while len(back) < len(data) and (piece := client.recv(65_536)):
                back += piece
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        sender.join(PATIENCE_S)
    return back


def _send(client: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        client.sendall(data)


@pytest.mark.parametrize(
    "weather",
    [Weather(), Weather(splits=1), Weather(coalesces=1), Weather(delays=1, delay_ms=5)],
    ids=["calm", "splits", "coalesces", "delays"],
)
def test_what_does_not_lose_bytes_passes_everything_on(echo: str, weather: Weather) -> None:
    with FlakyProxy(echo, seed=1, weather=weather) as proxy:
        assert through(proxy, DATA) == DATA


def test_a_reset_ends_a_connection_in_the_middle(echo: str) -> None:
    with FlakyProxy(echo, seed=1, weather=Weather(resets=1)) as proxy:
        back = through(proxy, DATA)
    assert len(back) < len(DATA)
    assert DATA.startswith(back)


def test_a_half_open_connection_stays_and_says_nothing(echo: str) -> None:
    with (
        FlakyProxy(echo, seed=1, weather=Weather(half_opens=1, fate_bytes=2)) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=0.3) as client,
    ):
        client.sendall(b"hello")
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert proxy.faults == 1


def test_a_cut_ends_what_stands_and_the_network_comes_back(echo: str) -> None:
    with FlakyProxy(echo, seed=1) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE_S) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
            proxy.cut(0.0)
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""
        assert through(proxy, DATA) == DATA


def test_a_seed_decides_the_fate_of_every_connection() -> None:
    def fates(seed: int) -> list[tuple[str, int]]:
        drawn = [Fate(chance_of(seed, number), STORM) for number in range(100)]
        return [(fate.kind, fate.left) for fate in drawn]

    assert fates(3) == fates(3) != fates(4)
    assert {kind for kind, _ in fates(3)} == {"", "reset", "half_open"}
