"""The wiring diagrams in docs/, drawn from firmware/src/board.h: `python -m tools.wiring`.

Everything left of the dashed line carries mains voltage; nothing crosses it but what is isolated
inside a meter, a relay or a module.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

BOARD = Path("firmware/src/board.h")
FOLDER = Path("docs")
CHIPS = {"ESP32": "wiring-esp32.svg", "ESP32-C3": "wiring-esp32-c3.svg"}
WIDTH, ROW, TOP = 1180, 34, 150
MAINS_X, LINE_X, LEFT_X, CHIP_X, CHIP_END, RIGHT_X = 40, 250, 290, 620, 760, 940
BOX = 190
MAINS, LIVE, SIGNAL, POWER, GROUND = "#b00020", "#fde7e9", "#0b57d0", "#c26401", "#444"
_PIN = re.compile(r"constexpr int k(\w+)Pin = (\d+);")


@dataclass(frozen=True, slots=True)
class Row:
    """One wire: the name at the part, the pin of the board or a rail, and what is in between."""

    name: str
    pin: str
    between: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part and its wires. ``mains`` says what it does left of the line."""

    name: str
    rows: tuple[Row, ...]
    mains: str = ""


LEFT = (
    Part(
        "Supply 12 V 1 A",
        (
            Row("+12 V, 470 µF", "12V", "TVS to 0 V"),
            Row("buck 3.3 V 1 A", "3V3", "220 µF to 0 V"),
            Row("0 V", "GND"),
        ),
        mains="tap L, N: 500 mA, MOV",
    ),
    Part(
        "DIN-rail meter",
        (Row("S0+", "Pulse", "10 kΩ to 3V3"), Row("S0-", "GND")),
        mains="L in → L out, measured",
    ),
    Part(
        "PZEM-004T (instead)",
        (
            Row("TX", "PzemRx", "5 V → 3.3 V"),
            Row("RX", "PzemTx"),
            Row("5V", "5V"),
            Row("GND", "GND"),
        ),
        mains="tap L, N; clamp on L",
    ),
    Part(
        "Relay driver",
        (
            Row("set", "RelaySet", "1 kΩ, gate Q1"),
            Row("reset", "RelayReset", "1 kΩ, gate Q2"),
            Row("coils' common", "12V", "diode across each"),
            Row("sources", "GND", "100 kΩ from gates"),
        ),
        mains="latching contact 80 A",
    ),
)
RIGHT = (
    Part(
        "OLED SSD1306", (Row("SDA", "Sda"), Row("SCL", "Scl"), Row("VCC", "3V3"), Row("GND", "GND"))
    ),
    Part("Button", (Row("to ground", "Button"),)),
    Part("Buzzer", (Row("+", "Buzzer", "driver"),)),
    Part("Lamp", (Row("+", "Lamp", "470 Ω"),)),
    Part("Cover switch", (Row("closed: low", "Cover"),)),
    Part("Magnet sensor", (Row("open collector", "Magnet", "10 kΩ to 3V3"),)),
    Part("Reverse output", (Row("open collector", "Reverse", "10 kΩ to 3V3"),)),
)
RAILS = {"3V3": POWER, "5V": POWER, "12V": POWER, "GND": GROUND}


def pins_of(source: str, chip: str) -> dict[str, int]:
    """Pin numbers by name, from the chip's own half of board.h."""
    first, _, second = source.partition("#else")
    half = first if chip == "ESP32-C3" else second.partition("#endif")[0]
    return {name: int(number) for name, number in _PIN.findall(half)}


def diagram(chip: str, pins: Mapping[str, int]) -> str:
    """The whole picture as SVG."""
    left, left_end = _column(LEFT, LEFT_X, pins, to_x=CHIP_X, on_left=True)
    right, right_end = _column(RIGHT, RIGHT_X, pins, to_x=CHIP_END, on_left=False)
    end = max(left_end, right_end)
    height = end + 100
    mains = _mains(end)
    chip_box = [
        _box(CHIP_X, TOP - 30, CHIP_END - CHIP_X, end - TOP + 40, "#eef3fe", SIGNAL),
        _text(
            (CHIP_X + CHIP_END) // 2,
            TOP - 42,
            f"{chip} and rails",
            size=18,
            anchor="middle",
            bold=True,
        ),
    ]
    line = (
        f'<line x1="{LINE_X}" y1="96" x2="{LINE_X}" y2="{end + 20}" stroke="{MAINS}" '
        'stroke-width="2" stroke-dasharray="9 6"/>'
    )
    words = [
        _text(MAINS_X, 36, f"lipamita meter, {chip}: wiring", size=22, bold=True),
        _text(
            MAINS_X,
            66,
            "Mains voltage kills. Left of the dashed line: licensed electricians only, supply "
            "isolated and proven dead.",
            size=15,
            colour=MAINS,
            bold=True,
        ),
        _text(LINE_X - 8, 112, "240 V mains", anchor="end", colour=MAINS, bold=True),
        _text(LINE_X + 8, 112, "isolated, up to 12 V", bold=True),
        _text(
            MAINS_X,
            end + 50,
            "Red: mains. Blue: signals, with GPIO numbers. Orange: supplies. Grey: 0 V, one net. "
            "Use the DIN-rail meter or the PZEM, not both.",
        ),
    ]
    words.append(
        _text(
            MAINS_X,
            end + 74,
            "The supply is tapped ahead of the relay: an open relay must not switch the meter off.",
            bold=True,
        )
    )
    body = [*words, *mains, line, *left, *right, *chip_box, *_pin_names(pins)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" font-family="DejaVu Sans, Arial, sans-serif">',
            f"<title>Wiring of the meter with an {chip}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *body,
            "</svg>\n",
        )
    )


def _column(
    parts: Sequence[Part], x: int, pins: Mapping[str, int], *, to_x: int, on_left: bool
) -> tuple[list[str], int]:
    drawn: list[str] = []
    y = TOP
    for part in parts:
        rows = [row for row in part.rows if row.pin in pins or row.pin in RAILS]
        if not rows:
            continue
        height = len(rows) * ROW
        drawn.append(_box(x, y - 22, BOX, height + 20, "#fff", "#222"))
        drawn.append(_text(x + 8, y - 6, part.name, bold=True))
        for index, row in enumerate(rows):
            at = y + 16 + index * ROW
            drawn += _wire(row, at, x, to_x, on_left=on_left)
        y += height + 40
    return drawn, y - 30


def _wire(row: Row, y: int, x: int, to_x: int, *, on_left: bool) -> list[str]:
    colour = RAILS.get(row.pin, SIGNAL)
    from_x = x + BOX if on_left else x
    name_x = x + BOX - 8 if on_left else x + 8
    drawn = [
        _text(name_x, y + 5, row.name, anchor="end" if on_left else "start", colour=colour),
        f'<line x1="{from_x}" y1="{y}" x2="{to_x}" y2="{y}" stroke="{colour}" stroke-width="2"/>',
    ]
    if row.between:
        middle = (from_x + to_x) // 2
        drawn.append(_text(middle, y - 5, row.between, size=11, anchor="middle", colour="#333"))
    return drawn


def _pin_names(pins: Mapping[str, int]) -> list[str]:
    drawn = []
    for parts, x, anchor in ((LEFT, CHIP_X + 8, "start"), (RIGHT, CHIP_END - 8, "end")):
        y = TOP
        for part in parts:
            rows = [row for row in part.rows if row.pin in pins or row.pin in RAILS]
            for index, row in enumerate(rows):
                named = f"GPIO {pins[row.pin]}" if row.pin in pins else row.pin
                drawn.append(_text(x, y + 21 + index * ROW, named, anchor=anchor))
            y += len(rows) * ROW + 40 if rows else 0
    return drawn


def _mains(end: int) -> list[str]:
    """L from top to bottom through breaker, meter, relay and breaker; what each part does there."""
    x, y = MAINS_X + 28, 130
    drawn = [
        f'<line x1="{x}" y1="{y}" x2="{x}" y2="{end}" stroke="{MAINS}" stroke-width="4"/>',
        _text(x + 10, y + 4, "L, after the main breaker", colour=MAINS, size=12),
        _text(x + 10, end, "load breaker → L of the load", colour=MAINS, size=12),
    ]
    y = TOP
    for part in LEFT:
        middle = y - 12 + len(part.rows) * ROW // 2
        name = part.name.partition(" (")[0]
        drawn += [
            _box(x - 16, middle - 22, LINE_X - x - 4, 44, LIVE, MAINS),
            _text(x - 8, middle - 4, name, size=12, colour=MAINS, bold=True),
            _text(x - 8, middle + 14, part.mains, size=11, colour=MAINS),
            f'<line x1="{LINE_X - 20}" y1="{middle}" x2="{LEFT_X}" y2="{middle}" stroke="#999" '
            'stroke-width="1.5" stroke-dasharray="2 4"/>',
        ]
        y += len(part.rows) * ROW + 40
    return drawn


def _box(  # noqa: PLR0913, PLR0917 - a rectangle has that many
    x: int, y: int, width: int, height: int, fill: str, stroke: str
) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="1.5"/>'
    )


def _text(  # noqa: PLR0913 - so has a line of text
    x: int,
    y: int,
    text: str,
    *,
    size: int = 13,
    anchor: str = "start",
    colour: str = "#111",
    bold: bool = False,
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )


def main() -> int:
    """Draw both; the exit status."""
    source = BOARD.read_text(encoding="utf-8")
    for chip, name in CHIPS.items():
        (FOLDER / name).write_text(diagram(chip, pins_of(source, chip)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
