"""What the meter's firmware takes: flash, memory, flash writes, bytes over the air, time to apply.

``python -m bench.firmware`` needs firmware/build (cmake) and, for the size on the ESP32-C3's
instruction set, Debian's gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf and
libstdc++-arm-none-eabi-dev (its C++ headers).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
COMPILER = "riscv64-unknown-elf-g++"
TARGET_FLAGS = [
    *("-march=rv32imc", "-mabi=ilp32", "-Os", "-std=c++17", "-fno-exceptions", "-fno-rtti"),
    *("-ffunction-sections", "-fdata-sections", "-fno-threadsafe-statics", "-msave-restore"),
    *("--specs=picolibc.specs", "-nostdinc++"),
]
HEADERS = Path("/usr/include/newlib/c++")
BUILD_TIMEOUT_S = 300
LIBRARIES = ("meter_core", "meter_net", "meter_app", "meter_setup")
RUN_TIMEOUT_S = 120
WEAR_WRITES = 9_300_000  # of a 64-byte record in 16 KiB of NVS, at 100,000 erasures
WEAR_YEARS = 15

# Keeps everything the board links and nothing else: --gc-sections starts from here.
ROOT_SOURCE = """
#include <new>
#include "app.h"
#include "dialed_connection.h"
#include "pulse.h"
#include "pzem.h"
#include "tamper_input.h"
extern meter::Config config;
extern meter::Ports ports;
extern meter::IDisplay& display;
extern meter::IBlockingLink& link;
extern meter::ISerialPort& serial;
meter::App* volatile app;
alignas(meter::App) unsigned char space[sizeof(meter::App)];
extern "C" void _start() {
  app = new (space) meter::App(config, ports);
  app->begin();
  meter::DialedConnection dialed(link);
  meter::IConnection& connection = dialed;
  meter::PulseMeter pulses(1000, {});
  meter::PzemSource pzem(serial, ports.clock);
  meter::TamperInput cover;
  for (;;) {
    app->poll(connection.state() == meter::LinkState::open);
    app->stop();
    app->panel().press();
    app->panel().hold();
    app->draw(display);
    dialed.serve();
    pulses.on_edge(app->levels().lamp, 1);
    app->meter().signal(meter::AlertKind::cover_open, cover.observe(app->stopped(), 1));
    if (pulses.read(1).power_w + pzem.read().power_w == 0 && app->restart_due()) return;
  }
}
extern "C" void __cxa_pure_virtual() { for (;;) {} }
namespace std { void __throw_out_of_range_fmt(const char*, ...) { for (;;) {} } }
"""


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
    day = _day()
    yield Measure(
        what="bytes over the air, idle day", value=day["idle_day_bytes"], unit="B", limit=1 << 20
    )
    yield Measure(what="bytes over the air, 11.5 kWh day", value=day["busy_day_bytes"], unit="B")
    yield Measure(
        what="bytes over the air, one recharge", value=day["recharge_bytes"], unit="B", limit=4096
    )
    yield Measure(
        what="ledger writes, idle day", value=day["idle_day_ledger_writes"], unit="writes"
    )
    yield Measure(
        what="time to apply a recharge, to the reply", value=day["recharge_us"], unit="us"
    )
    # Frames of this 64-bit machine, larger than the board's.
    yield Measure(what="stack of the loop, at most", value=day["stack_bytes"], unit="B", limit=8192)
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
    if shutil.which(COMPILER) and HEADERS.is_dir():
        text, memory = _size()
        yield Measure(what="code of lib/, rv32imc -Os", value=text, unit="B", limit=54 * 1024)
        yield Measure(what="static memory of lib/", value=memory, unit="B", limit=12 * 1024)


def _day() -> dict[str, int]:
    build = FIRMWARE / "build"
    subprocess.run(
        [shutil.which("make") or "make", "-s", "-C", str(build), "meter_day"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=BUILD_TIMEOUT_S,
    )
    run = subprocess.run(
        [str(build / "test" / "meter_day")],
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


def _size() -> tuple[int, int]:
    """Bytes of code and of the App's memory on the ESP32-C3's instruction set."""
    version = max(HEADERS.iterdir())
    includes = [
        *(f"-I{FIRMWARE / 'lib' / part}" for part in LIBRARIES),
        "-isystem",
        str(version),
        "-isystem",
        str(version / "arm-none-eabi"),
    ]
    with tempfile.TemporaryDirectory(prefix="meter-size-") as folder:
        root = Path(folder) / "root.cpp"
        root.write_text(ROOT_SOURCE, encoding="utf-8")
        image = Path(folder) / "image"
        sources = [str(path) for path in sorted(FIRMWARE.glob("lib/*/*.cpp"))]
        linking = ["-nostartfiles", "-nodefaultlibs", "-Wl,--gc-sections"]
        linking += ["-Wl,--unresolved-symbols=ignore-all", "-lc", "-lgcc", "-o", str(image)]
        subprocess.run(
            [COMPILER, *TARGET_FLAGS, *includes, str(root), *sources, *linking],
            check=True,
            timeout=BUILD_TIMEOUT_S,
        )
        symbols = _symbols(image)
        listing = subprocess.run(
            [COMPILER.replace("g++", "size"), str(image)],
            check=True,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
        )
    return int(listing.stdout.splitlines()[1].split()[0]), symbols["space"]


def _symbols(image: Path) -> dict[str, int]:
    listing = subprocess.run(
        [COMPILER.replace("g++", "nm"), "-S", str(image)],
        check=True,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
    )
    rows = (line.split() for line in listing.stdout.splitlines())
    return {row[3]: int(row[1], 16) for row in rows if len(row) == 4}


def main() -> int:
    """0 when everything is within its limit."""
    found = list(measures())
    for measure in found:
        print(measure)
    return 1 if any("OVER" in str(measure) for measure in found) else 0


if __name__ == "__main__":
    sys.exit(main())
