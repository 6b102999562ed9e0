"""How large the portable firmware is on the ESP32-C3's instruction set: `-march=rv32imc -Os`.

Two images are linked with --gc-sections, so that each holds what a board really uses of lib/ and
nothing else: one that meters (App, connections, pulse input, PZEM, tamper inputs), and one that
also sets the board up (portal, serial line, claim). Code is text with constants, of lib/ and of the
few functions of libc and libgcc that it calls; memory is the objects themselves, which the board
makes once. Arduino, TLS and src/ are not in it: what they are called by is left unresolved.

`python -m bench.firmware_size` tells what each file takes. It needs Debian's
gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf and libstdc++-arm-none-eabi-dev (its C++
headers).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PREFIX = "riscv64-unknown-elf-"
TARGET_FLAGS = [
    *("-march=rv32imc", "-mabi=ilp32", "-Os", "-std=c++17", "-fno-exceptions", "-fno-rtti"),
    *("-ffunction-sections", "-fdata-sections", "-fno-threadsafe-statics", "-msave-restore"),
    *("--specs=picolibc.specs", "-nostdinc++"),
]
LINK_FLAGS = [
    *("-nostartfiles", "-nodefaultlibs", "-Wl,--gc-sections"),
    *("-Wl,--unresolved-symbols=ignore-all", "-lc", "-lgcc"),
]
HEADERS = Path("/usr/include/newlib/c++")
BUILD_TIMEOUT_S = 300
RUN_TIMEOUT_S = 120

# What a board calls of lib/; --gc-sections keeps what can be reached from here.
METER_ROOT = """
#include <new>
#include "app.h"
#include "dialed_connection.h"
#include "pulse.h"
#include "push.h"
#include "pzem.h"
#include "tamper_input.h"
extern meter::Config config;
extern meter::Ports ports;
extern meter::IDisplay& display;
extern meter::IBlockingLink& link;
extern meter::ISerialPort& serial;
meter::App* volatile app;
alignas(meter::App) unsigned char space[sizeof(meter::App)];
void set_up();
extern "C" void _start() {
  set_up();
  app = new (space) meter::App(config, ports);
  app->begin();
  meter::DialedConnection dialed(link);
  meter::IConnection& connection = dialed;
  meter::PulseMeter pulses(1000, {});
  meter::PzemSource pzem(serial, ports.clock);
  meter::TamperInput cover;
  meter::PushReader push;
  for (;;) {
    app->poll(connection.state() == meter::LinkState::open);
    app->stop();
    if (push.observe(true, 1) == meter::PushReader::Asked::press) app->panel().press();
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
NO_SETUP_ROOT = "void set_up() {}\nunsigned char setup_space[1];\n"
SETUP_ROOT = """
#include <new>
#include "portal.h"
#include "setup_line.h"
extern const meter::Label label;
extern const meter::Provisioning::Options options;
extern const meter::Provisioning::Ports ports;
extern meter::IPage& page;
struct Site {
  Site() : provisioning(label, options, ports), portal(provisioning, "192.168.4.1"),
           line(provisioning) {}
  meter::Provisioning provisioning;
  meter::Portal portal;
  meter::PortalRequest request;
  meter::SetupLine line;
};
alignas(Site) unsigned char setup_space[sizeof(Site)];
void set_up() {
  Site& site = *new (setup_space) Site;
  site.provisioning.begin();
  while (site.request.feed(site.line.take('a')) == meter::Progress::awaiting) {
    site.provisioning.poll();
    if (site.provisioning.ready()) site.provisioning.forget();
  }
  site.portal.answer(site.request, page);
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One linked image; `by_file` is bytes of code and constants for each source's name."""

    code_bytes: int
    memory_bytes: int
    by_file: dict[str, int]


def can_be_measured() -> bool:
    """Whether the cross compiler and its headers are here."""
    return shutil.which(PREFIX + "g++") is not None and HEADERS.is_dir()


def measured(firmware: Path) -> tuple[Image, Image]:
    """The image that meters, and the one that sets up as well (its memory: the setting up's)."""
    with tempfile.TemporaryDirectory(prefix="meter-size-") as name:
        folder = Path(name)
        roots = {"meter": METER_ROOT, "no_setup": NO_SETUP_ROOT, "setup": SETUP_ROOT}
        for root, source in roots.items():
            (folder / f"root_{root}.cpp").write_text(source, encoding="utf-8")
        _compile(firmware, folder)
        return (
            _image(folder, without="root_setup.o", memory="space"),
            _image(folder, without="root_no_setup.o", memory="setup_space"),
        )


def _compile(firmware: Path, folder: Path) -> None:
    firmware = firmware.resolve()
    version = max(HEADERS.iterdir())
    includes = [f"-I{part}" for part in sorted((firmware / "lib").iterdir())]
    includes += ["-isystem", str(version), "-isystem", str(version / "arm-none-eabi")]
    sources = [*folder.glob("*.cpp"), *sorted(firmware.glob("lib/*/*.cpp"))]
    subprocess.run(
        [PREFIX + "g++", *TARGET_FLAGS, *includes, "-c", *map(str, sources)],
        check=True,
        cwd=folder,
        timeout=BUILD_TIMEOUT_S,
    )


def _image(folder: Path, *, without: str, memory: str) -> Image:
    objects = sorted(path.name for path in folder.glob("*.o") if path.name != without)
    linking = [*TARGET_FLAGS, *objects, *LINK_FLAGS, "-Wl,-Map=map", "-o", "image"]
    _run(folder, PREFIX + "g++", *linking)
    text = _run(folder, PREFIX + "size", "image").splitlines()[1].split()[0]
    rows = (line.split() for line in _run(folder, PREFIX + "nm", "-S", "image").splitlines())
    sizes = {row[3]: int(row[1], 16) for row in rows if len(row) == 4}
    return Image(
        code_bytes=int(text),
        memory_bytes=sizes[memory],
        by_file=_by_file((folder / "map").read_text(encoding="utf-8")),
    )


def _by_file(link_map: str) -> dict[str, int]:
    placed = link_map[link_map.index("Linker script and memory map") :]
    # A section's long name stands on a line of its own.
    rows = re.finditer(
        r"^ \.(?:text|s?rodata)\S*\s+0x0*([1-9a-f][0-9a-f]*)\s+0x([0-9a-f]+) (\S+)$",
        placed,
        re.MULTILINE,
    )
    found: Counter[str] = Counter()
    for row in rows:
        found[Path(row[3]).name] += int(row[2], 16)
    return dict(found.most_common())


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, check=True, cwd=folder, capture_output=True, text=True, timeout=RUN_TIMEOUT_S
    )
    return done.stdout


def main() -> int:
    """Prints what each file takes in the larger image."""
    _, board = measured(Path(__file__).resolve().parent.parent / "firmware")
    for name, size in board.by_file.items():
        print(f"  {name:<40} {size:>6} B")
    return 0


if __name__ == "__main__":
    sys.exit(main())
