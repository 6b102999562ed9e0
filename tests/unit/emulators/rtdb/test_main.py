"""The server as a program of its own, started the way firebase-tools starts the official one."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
COMMAND = [
    sys.executable, "-m", "emulators.rtdb", "--host", "127.0.0.1", "--port", "0",
    "--single_project_mode", "Warning",
    "--functions_emulator_host", "127.0.0.1", "--functions_emulator_port", "5001",
]  # fmt: skip
HANDSHAKE = (
    b"GET /.ws?v=5 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def address(line: str) -> str:
    match = re.fullmatch(r"Listening at (127\.0\.0\.1:\d+)\n", line)
    assert match is not None, line
    return match.group(1)


def test_it_serves_and_ends_at_once_on_sigint_whoever_is_connected() -> None:
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            host, port = address(process.stdout.readline()).split(":")
            url = f"http://{host}:{port}/.json"
            with urllib.request.urlopen(url, timeout=5) as reply:
                assert reply.read() == b"null"
            stream = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
            with (
                urllib.request.urlopen(stream, timeout=5),
                socket.create_connection((host, int(port)), timeout=5) as web_socket,
            ):
                web_socket.sendall(HANDSHAKE)
                assert web_socket.recv(1000).startswith(b"HTTP/1.1 101")
                process.send_signal(signal.SIGINT)
                assert process.wait(4) == 0
        finally:
            process.kill()


def test_it_ends_when_its_parent_does() -> None:
    parent = (
        "import subprocess, sys;"
        f"child = subprocess.Popen({[*COMMAND, '--watch-parent']!r}, stdout=subprocess.PIPE);"
        "print(child.pid, flush=True); child.stdout.readline()"
    )
    found = subprocess.run(
        [sys.executable, "-c", parent],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
        timeout=20,
    )
    status = Path(f"/proc/{int(found.stdout)}/status")
    deadline = time.monotonic() + 10
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        while "State:\tZ" not in status.read_text():
            assert time.monotonic() < deadline
