"""Draw the meter's display for the documents: ``python -m tools.screens`` writes the picture.

The pixels come from the firmware's own renderer (firmware/test/meter_screens.cpp).
"""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

BUILD = Path("firmware/build")
PICTURE = Path("docs/meter-screens.png")
WIDTH, HEIGHT = 128, 64
SCALE = 2
MARGIN = 8  # pixels of the display, around each screen
ACROSS = 4
BACKGROUND, OFF, ON = 0xFF, 0x10, 0xE8  # shades of grey
BUILD_TIMEOUT_S = 300
RUN_TIMEOUT_S = 10

Screen = list[list[bool]]


def screens() -> list[Screen]:
    """The pages, as rows of pixels, in the order in which they are told."""
    make = shutil.which("make") or "make"
    subprocess.run(
        [make, "-s", "-C", str(BUILD), "meter_screens"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=BUILD_TIMEOUT_S,
    )
    told = subprocess.run(
        [str(BUILD / "test" / "meter_screens")],
        check=True,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_S,
    )
    return [unpack(bytes.fromhex(line.split()[1])) for line in told.stdout.splitlines()]


def unpack(columns: bytes) -> Screen:
    """Pixels of a display written by rows of eight, lowest bit on top."""
    return [
        [bool(columns[y // 8 * WIDTH + x] >> y % 8 & 1) for x in range(WIDTH)]
        for y in range(HEIGHT)
    ]


def draw(pages: list[Screen]) -> bytes:
    """All pages in one picture, as PNG."""
    wide, high = WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN
    down = -(-len(pages) // ACROSS)
    canvas = [bytearray([BACKGROUND]) * (wide * ACROSS) for _ in range(high * down)]
    for number, page in enumerate(pages):
        top, left = number // ACROSS * high + MARGIN, number % ACROSS * wide + MARGIN
        for y, row in enumerate(page):
            canvas[top + y][left : left + WIDTH] = bytes(ON if on else OFF for on in row)
    return png([bytes(shade for shade in row for _ in range(SCALE)) for row in canvas], SCALE)


def png(rows: list[bytes], repeat: int) -> bytes:
    """Rows of grey bytes, each drawn ``repeat`` times, as PNG (RFC 2083)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows) * repeat, 8, 0, 0, 0, 0)
    pixels = b"".join(b"\0" + row for row in rows for _ in range(repeat))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def main() -> int:
    """0 when the picture was written."""
    PICTURE.write_bytes(draw(screens()))
    print(PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
