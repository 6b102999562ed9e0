"""What the Realtime Database emulator does per second, and what it costs.

The server runs in a process of its own; the clients are as thin as can be, so that they do not
set the limit. Where a peer exists in the same run, the ratio to it is printed. `per cpu s` is the
same count per second of the server's own processor time, which a busy machine changes little.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.rtdb_clients import (
    Connection,
    hold_streams,
    push_to_sockets,
    push_to_streams,
    sequential,
)
from emulators.rtdb.core.changes import Change
from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN, Principal
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.core.write import replace
from emulators.rtdb.options import Limits

ROOT = Path(__file__).resolve().parents[1]
WRITES = 6000
TRANSACTION_CLIENTS = 8
TRANSACTIONS_EACH = 150
SOCKETS = 100
SOCKET_WRITES = 600
STREAMS = 1000
STREAM_WRITES = 60
SIZES = (10, 10_000, 1_000_000)
LISTENS = 10_000
CORE_WRITES = 3000
RULE_REQUESTS = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line of the report; `aim` is what was set out for, if anything was."""

    name: str
    value: float
    unit: str
    aim: str = ""
    per_cpu_s: float | None = None
    ratio: str = ""


def main() -> None:
    """Measure everything and print a table."""
    measures = [*_server_measures(), *_core_measures(), _rules_measure()]
    print(f"{'measure':<44} {'value':>10} {'unit':<4} {'aim':<10} {'per cpu s':>10}  ratio")
    for one in measures:
        cpu = "" if one.per_cpu_s is None else f"{one.per_cpu_s:,.0f}"
        line = (
            f"{one.name:<44} {one.value:>10,.1f} {one.unit:<4} {one.aim:<10} {cpu:>10}  {one.ratio}"
        )
        print(line.rstrip())


def _server_measures() -> Iterator[Measure]:
    with _served("emulators.rtdb", "--port", "0", "--keep-alive-s", "30") as (port, pid):
        with _served("bench.bare_server") as (bare_port, _):
            bare = asyncio.run(sequential(bare_port, "/bench/value.json", WRITES))
        writes, cpu = _timed(pid, WRITES, sequential(port, "/bench/value.json", WRITES))
        yield Measure(
            name="sequential REST writes",
            value=writes,
            unit="/s",
            aim=">= 3,000",
            per_cpu_s=cpu,
            ratio=f"{writes / bare:.2f} of a bare aiohttp handler ({bare:,.0f}/s)",
        )
        wanted = TRANSACTION_CLIENTS * TRANSACTIONS_EACH
        contended, cpu = _timed(pid, wanted, _transactions(port))
        yield Measure(
            name=f"compare-and-sets by {TRANSACTION_CLIENTS} clients on one node",
            value=contended,
            unit="/s",
            per_cpu_s=cpu,
            ratio=f"{contended / writes:.2f} of plain writes",
        )
        pushes = SOCKETS * SOCKET_WRITES
        sockets, cpu = _timed(pid, pushes, push_to_sockets(port, SOCKETS, SOCKET_WRITES))
        yield Measure(
            name=f"pushes to {SOCKETS} WebSocket listeners",
            value=sockets,
            unit="/s",
            aim=">= 30,000",
            per_cpu_s=cpu,
        )
        pushes = STREAMS * STREAM_WRITES
        streams, cpu = _timed(pid, pushes, push_to_streams(port, STREAMS, STREAM_WRITES))
        yield Measure(
            name=f"pushes to {STREAMS} SSE streams",
            value=streams,
            unit="/s",
            aim=">= 30,000",
            per_cpu_s=cpu,
        )
    with _served("emulators.rtdb", "--port", "0", "--keep-alive-s", "30") as (port, pid):
        kib = asyncio.run(hold_streams(port, pid, STREAMS))
        yield Measure(name="memory per idle SSE stream", value=kib, unit="KB", aim="< 30")


def _timed(pid: int, count: int, work: Coroutine[None, None, float]) -> tuple[float, float]:
    """What the work measured, and its count per second of the server's processor time."""
    before = _cpu_s(pid)
    measured = asyncio.run(work)
    return measured, count / (_cpu_s(pid) - before)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _transactions(port: int) -> float:
    """Successful compare-and-sets per second, all on one node; none may be lost."""
    path = "/bench/contended.json"

    async def client() -> None:
        connection = await Connection.open(port)
        for _ in range(TRANSACTIONS_EACH):
            _, head, body = await connection.request("GET", path, headers="X-Firebase-ETag: true")
            while True:
                number = (json.loads(body) or 0) + 1
                tag = head.split(b"ETag: ", 1)[1].split(b"\r\n", 1)[0].decode()
                headers = f"if-match: {tag}"
                status, head, body = await connection.request("PUT", path, str(number), headers)
                if status == 200:
                    break
        connection.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(TRANSACTION_CLIENTS)))
    elapsed = time.perf_counter() - started
    connection = await Connection.open(port)
    _, _, body = await connection.request("GET", path)
    connection.close()
    wanted = TRANSACTION_CLIENTS * TRANSACTIONS_EACH
    if json.loads(body) != wanted:
        raise RuntimeError(f"lost updates: {body!r} of {wanted}")
    return wanted / elapsed


def _core_measures() -> Iterator[Measure]:
    """What a write costs in the core, in processor time, as the database grows; flat is the aim."""
    costs = [_write_cost_us(size) for size in SIZES]
    for size, cost in zip(SIZES, costs, strict=True):
        yield Measure(
            name=f"write into {size:,} nodes",
            value=cost,
            unit="us",
            aim="flat",
            ratio=f"{cost / costs[0]:.2f} of the smallest",
        )
    beside = _write_cost_us(SIZES[1], LISTENS)
    yield Measure(
        name=f"the same beside {LISTENS:,} listens elsewhere",
        value=beside,
        unit="us",
        aim="flat",
        ratio=f"{beside / costs[1]:.2f} of the same without",
    )


class _Nobody:
    """A listener that must never hear anything."""

    def changed(self, watch: Watch, change: Change) -> None:
        raise AssertionError(f"{watch} heard {change}, written elsewhere")

    def revoked(self, watch: Watch) -> None:
        raise AssertionError(f"{watch} ended")

    def credential_expired(self, watch: Watch) -> None:
        raise AssertionError(f"{watch} expired")


def _write_cost_us(size: int, listens: int = 0) -> float:
    database = Database("bench", limits=Limits())
    for number in range(listens):
        database.watch(Watch(("elsewhere", f"l{number}"), None, ADMIN, _Nobody()))
    groups = max(1, size // 1000)
    each = size // groups
    value = {f"g{g}": {f"k{k}": k for k in range(each)} for g in range(groups)}
    for key, group in value.items():
        database.write(replace((key,), group), ADMIN)
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for number in range(CORE_WRITES):
            path = (f"g{number % groups}", f"k{number % each}")
            database.write(replace(path, number), ADMIN)
        best = min(best, time.process_time() - started)
    return best / CORE_WRITES * 1e6


def _rules_measure() -> Measure:
    """Decisions per second of the product's own rules, reads and writes by a meter and a tenant."""
    database = Database("bench", limits=Limits())
    database.set_rules((ROOT / "database.rules.json").read_text())
    meter = {"owner_uid": "tenant", "device_uid": "device", "current_balance": 5}
    registers = {"MTR-001": {"credited_total_wh": 10**6}}
    database.write(replace((), {"meters": {"MTR-001": meter}, "meter_registers": registers}), ADMIN)
    claims = {"role": "meter", "meter_id": "MTR-001"}
    device = Principal(auth={"uid": "device", "provider": "password", "token": claims})
    tenant = Principal(auth={"uid": "tenant", "provider": "password", "token": {}})
    place = ("meters", "MTR-001")
    evaluations = _evaluations(database)
    started = time.process_time()
    for number in range(RULE_REQUESTS):
        database.write(replace((*place, "current_balance"), number), device)
        database.read(place, tenant)
    elapsed = time.process_time() - started
    done = _evaluations(database) - evaluations
    return Measure(
        name="evaluations of database.rules.json",
        value=done / elapsed,
        unit="/s",
        ratio=f"{2 * RULE_REQUESTS / elapsed:,.0f} requests/s decided and done",
    )


def _evaluations(database: Database) -> int:
    return sum(rule.held + rule.failed + rule.in_error for rule in database.rules.rules())


@contextmanager
def _served(module: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """A server process; its port and its pid."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Listening at ").strip()
        try:
            yield int(address.rpartition(":")[2]), process.pid
        finally:
            process.terminate()
            process.wait(10)


if __name__ == "__main__":
    main()
