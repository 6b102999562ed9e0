"""Africa's Talking on a local port: keeps what it was sent, and answers as it was told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


@dataclass
class SmsGateway:
    """What was sent, oldest first. ``status`` and ``code`` are of the next answers."""

    url: str = ""
    messages: list[dict[str, str]] = field(default_factory=list)
    api_keys: list[str | None] = field(default_factory=list)
    status: int = 201
    code: int = 101
    drops: bool = False  # takes the message and closes the connection without an answer
    arrived: threading.Event = field(default_factory=threading.Event)

    def take(self, form: dict[str, str], api_key: str | None) -> bytes:
        self.messages.append(form)
        self.api_keys.append(api_key)
        self.arrived.set()
        accepted = self.code in (100, 101, 102)
        recipient = {
            "statusCode": self.code,
            "number": form["to"],
            "status": "Success" if accepted else "Failed",
            "cost": "KES 0.8000",
            "messageId": f"ATXid_{len(self.messages)}",
        }
        told = {"Message": "Sent to 1/1 Total Cost: KES 0.8000", "Recipients": [recipient]}
        return json.dumps({"SMSMessageData": told}).encode()


@contextmanager
def sms_gateway() -> Iterator[SmsGateway]:
    """A gateway on a port of the system's choice, gone afterwards."""
    gateway = SmsGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/version1/messaging"
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            answer = gateway.take(form, self.headers["apiKey"])
            if gateway.drops:
                self.close_connection = True
                return
            self.send_response(gateway.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
