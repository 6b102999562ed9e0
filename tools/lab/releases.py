"""A web server of firmware releases with byte ranges, as a bucket or a CDN is, and its faults."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast


class ReleaseServer:
    """Serves one folder on a free port. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cut_after_bytes: int | None = None  # every answer is cut short there, once sent
        self.asked: list[str] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.releases = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """What metersim's ``update_url`` is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ReleaseServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    releases: ReleaseServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        releases = cast("_Server", self.server).releases
        wanted = self.headers.get("Range")
        releases.asked.append(f"{self.path} {wanted or ''}".strip())
        file = releases.folder / self.path.lstrip("/")
        if not file.is_file():
            self.send_error(404)
            return
        whole = file.read_bytes()
        first, last = 0, len(whole) - 1
        if wanted:
            first, last = (int(part) for part in wanted.removeprefix("bytes=").split("-"))
        body = whole[first : last + 1]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if releases.cut_after_bytes is not None and len(body) > releases.cut_after_bytes:
            self.wfile.write(body[: releases.cut_after_bytes])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Quiet: the journeys look at ``asked``."""
