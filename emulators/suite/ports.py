"""Who listens where: free ports chosen, taken ones named with the process that holds them."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from emulators.suite.project import HOST

LISTEN_STATE = "0A"
MAX_COMMAND_CHARS = 80


class PortsTaken(Exception):  # noqa: N818 (it names what was found)
    """One or more ports are in use; the message has one line for each."""


def choose_ports(names: Sequence[str], wanted: Mapping[str, int]) -> dict[str, int]:
    """A port for each name: the wanted one, or for 0 a free one. Raises PortsTaken."""
    chosen: dict[str, int] = {}
    taken: list[str] = []
    with ExitStack() as held:
        for name in names:
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted[name]))
                probe.listen(1)
            except OSError:
                taken.append(_taken(name, wanted[name]))
                continue
            chosen[name] = int(probe.getsockname()[1])
    if taken:
        raise PortsTaken("\n".join(taken))
    return chosen


def _taken(name: str, port: int) -> str:
    holder = holder_of(port) or "another process"
    return f"{name}: port {port} is taken by {holder}; end it, or use --port {name}=0"


def holder_of(port: int) -> str | None:
    """`pid 123 (java -jar ...)` of the process that listens at `port`, where Linux tells."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()) in inodes:
                    words = (process / "cmdline").read_bytes().split(b"\0")
                    command = b" ".join(words).decode("utf-8", "replace").strip()
                    return f"pid {process.name} ({command[:MAX_COMMAND_CHARS]})"
    return None


def _listening_inodes(port: int) -> set[str]:
    inodes: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTEN_STATE and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    return inodes
