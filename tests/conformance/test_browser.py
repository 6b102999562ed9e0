"""The JS SDK in headless Chromium: over a socket, and by long polling that moves to one."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.npm

HERE = Path(__file__).resolve().parent
SDK = HERE / "node_modules" / "firebase"
RESULT_TIMEOUT_S = 60
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]  # fmt: skip
CHECKS = [
    "connects",
    "writes and hears others",
    "sends a message of many segments",
    "transactions",
    "ends on a healthy socket",
    "still hears after it moved",
    "began as expected",
]


class PageServer(ThreadingHTTPServer):
    """Serves the page and the SDK; puts posted results into `results`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.results: queue.Queue[list[dict[str, Any]]] = queue.Queue()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.partition("?")[0].lstrip("/")
        folder = SDK if name.startswith("firebase-") else HERE / "browser"
        path = folder / name
        if not path.is_file() or path.parent != folder:
            self.send_error(404)
            return
        kind = "text/html" if name.endswith(".html") else "text/javascript"
        body = path.read_bytes()
        start = body.find(b"https://www.gstatic.com/firebasejs/")
        if start >= 0:
            end = body.index(b"firebase-app.js", start)
            body = body.replace(body[start:end], b"/")
        self._send(200, kind, body)

    def do_POST(self) -> None:
        assert isinstance(self.server, PageServer)
        self.server.results.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send(200, "text/plain", b"ok")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def chromium(url: str, profile: Path) -> Iterator[None]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("no Chromium: install Debian's package `chromium` (make setup does)")
    command = [program, *FLAGS, f"--user-data-dir={profile}", url]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="module", params=["socket", "stale-flag"])
def results(
    request: pytest.FixtureRequest, emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    if not SDK.is_dir():
        pytest.fail("npm packages are missing: run `make setup` (npm ci in tests/conformance)")
    mode = request.param
    with PageServer() as pages:
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        try:
            flag = "&stale-flag" if mode == "stale-flag" else ""
            address = f"http://127.0.0.1:{pages.server_port}/page.html"
            url = f"{address}?emulator={emulator}&mode={mode}{flag}"
            with chromium(url, tmp_path_factory.mktemp("profile")):
                found = pages.results.get(timeout=RESULT_TIMEOUT_S)
        finally:
            pages.shutdown()
            thread.join()
    return {one["name"]: one for one in found} | {"mode": {"name": mode}}


@pytest.mark.parametrize("name", CHECKS)
def test_browser(results: dict[str, dict[str, Any]], name: str) -> None:
    assert results[name]["ok"], results[name].get("error")


def test_a_page_that_goes_leaves_its_writes_on_disconnect(
    results: dict[str, dict[str, Any]], emulator: str
) -> None:
    url = f"http://{emulator}/left.json?ns={results['mode']['name']}"
    deadline = time.monotonic() + 10
    while True:
        with urllib.request.urlopen(url, timeout=5) as reply:
            if json.load(reply) is True:
                return
        assert time.monotonic() < deadline
