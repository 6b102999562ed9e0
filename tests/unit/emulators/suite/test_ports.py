from __future__ import annotations

import os
import socket

import pytest

from emulators.suite.ports import PortsTaken, choose_ports, holder_of


def test_free_ports_differ_and_wanted_ones_are_kept() -> None:
    free = choose_ports(["auth", "rtdb"], {"auth": 0, "rtdb": 0})
    assert len({*free.values()}) == 2
    assert choose_ports(["auth"], {"auth": free["auth"]}) == {"auth": free["auth"]}


def test_every_taken_port_is_reported_with_its_holder() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        ports = {"auth": one.getsockname()[1], "rtdb": two.getsockname()[1]}
        with pytest.raises(PortsTaken) as taken:
            choose_ports(["auth", "rtdb"], ports)
        lines = str(taken.value).splitlines()
    assert lines[0].startswith(f"auth: port {ports['auth']} is taken by pid {os.getpid()} (")
    assert lines[1].endswith("end it, or use --port rtdb=0")


def test_nobody_holds_a_free_port() -> None:
    [port] = choose_ports(["auth"], {"auth": 0}).values()
    assert holder_of(port) is None
