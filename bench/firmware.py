"""What the meter's firmware takes: flash, memory, flash writes, bytes over the air, time to apply.

``python -m bench.firmware`` needs firmware/build (cmake); for the size see firmware_size.py.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import firmware_size

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
BUILD_TIMEOUT_S = 300
RUN_TIMEOUT_S = 120
LOOP_STACK_B = 8192
WEAR_WRITES = 9_300_000  # of a 64-byte record in 16 KiB of NVS, at 100,000 erasures
WEAR_YEARS = 15
MOST_CODE_BYTES = 48 * 1024  # what it takes now; the aim is 32 KiB
MOST_MEMORY_BYTES = 12 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number, and the most it should be (None: told for information)."""

    what: str
    value: int
    unit: str
    limit: int | None = None

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"  (at most {self.limit})"
        over = "  OVER" if self.limit is not None and self.value > self.limit else ""
        return f"  {self.what:<52} {self.value:>9} {self.unit}{limit}{over}"


def measures() -> Iterator[Measure]:
    """Everything that can be measured here, cheapest first."""
    day = _measured_by("meter_day")
    yield Measure(
        what="bytes over the air, idle day", value=day["idle_day_bytes"], unit="B", limit=1 << 20
    )
    yield Measure(
        what="bytes over the air, 11.5 kWh day",
        value=day["busy_day_bytes"],
        unit="B",
        limit=1 << 20,
    )
    yield Measure(
        what="bytes over the air, one recharge", value=day["recharge_bytes"], unit="B", limit=4096
    )
    yield Measure(
        what="ledger writes, idle day", value=day["idle_day_ledger_writes"], unit="writes"
    )
    yield Measure(
        what="time to apply a recharge, to the reply", value=day["recharge_us"], unit="us"
    )
    yield from _stacks(day["stack_bytes"])
    yield Measure(what="calls of an allocator in lib/", value=_allocations(), unit="", limit=0)
    # 9.3 million writes wear out the partition; one a minute lasts 17 years.
    yield Measure(
        what="ledger writes, 11.5 kWh day",
        value=day["busy_day_ledger_writes"],
        unit="writes",
        limit=1600,
    )
    yield Measure(
        what="writes to storage, a year at 11.5 kWh a day",
        value=day["year_writes"],
        unit="writes",
        limit=WEAR_WRITES // WEAR_YEARS,
    )
    if firmware_size.can_be_measured():
        yield from _sizes()


def _stacks(metering_bytes: int) -> Iterator[Measure]:
    """Everything of lib/ runs in the board's loop task, which has 8 KiB.

    The two tasks that dial run nothing of lib/ but a state: their stack is the TLS library's.
    Frames are of this 64-bit machine, larger than the board's.
    """
    deepest = {"metering and reporting": metering_bytes}
    others = _measured_by("meter_stacks")
    deepest["an update and its proof"] = others["update"]
    deepest["setting up"] = others["setup"]
    deepest["the portal and the serial line"] = others["form"]
    deepest["the display"] = others["display"]
    for what, value in deepest.items():
        yield Measure(what=f"stack of {what}, at most", value=value, unit="B", limit=LOOP_STACK_B)


def _measured_by(program: str) -> dict[str, int]:
    build = FIRMWARE / "build"
    subprocess.run(
        [shutil.which("make") or "make", "-s", "-C", str(build), program],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=BUILD_TIMEOUT_S,
    )
    run = subprocess.run(
        [str(build / "test" / program)],
        check=True,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
    )
    numbers: dict[str, int] = json.loads(run.stdout)
    return numbers


def _allocations() -> int:
    """How many allocator symbols the portable code refers to: without any, it has no heap."""
    listing = subprocess.run(
        [shutil.which("nm") or "nm", "-u", str(FIRMWARE / "build" / "libmeter.a")],
        check=True,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
    )
    allocator = re.compile(r"^(_Zn[wa]|_Zd[la]|malloc$|calloc$|realloc$|free$|strdup$)")
    names = {line.split()[1] for line in listing.stdout.splitlines() if line.startswith(" ")}
    return sum(1 for name in names if allocator.match(name))


def _sizes() -> Iterator[Measure]:
    """On the ESP32-C3's instruction set; what each image holds: bench/firmware_size.py."""
    meter, board = firmware_size.measured(FIRMWARE)
    yield Measure(
        what="code of lib/ that meters, rv32imc -Os",
        value=meter.code_bytes,
        unit="B",
        limit=MOST_CODE_BYTES,
    )
    yield Measure(
        what="static memory of it", value=meter.memory_bytes, unit="B", limit=MOST_MEMORY_BYTES
    )
    yield Measure(what="code of lib/ with setting up", value=board.code_bytes, unit="B")
    yield Measure(what="static memory of setting up", value=board.memory_bytes, unit="B")


def main() -> int:
    """0 when everything is within its limit."""
    found = list(measures())
    for measure in found:
        print(measure)
    return 1 if any("OVER" in str(measure) for measure in found) else 0


if __name__ == "__main__":
    sys.exit(main())
