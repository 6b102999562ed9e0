"""The wiring diagrams show the pins that the firmware uses."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tools.wiring import BOARD, CHIPS, FOLDER, LEFT, RAILS, RIGHT, diagram, pins_of

SOURCE = BOARD.read_text(encoding="utf-8")


@pytest.mark.parametrize("chip", CHIPS)
def test_a_diagram_is_drawn_from_the_firmwares_pins(chip: str) -> None:
    drawn = (FOLDER / CHIPS[chip]).read_text(encoding="utf-8")
    assert drawn == diagram(chip, pins_of(SOURCE, chip)), "run: python -m tools.wiring"
    ET.fromstring(drawn)


@pytest.mark.parametrize("chip", CHIPS)
def test_every_pin_of_the_board_is_in_the_diagram_once(chip: str) -> None:
    pins = pins_of(SOURCE, chip)
    assert len(pins) >= 10
    assert len(set(pins.values())) == len(pins)
    shown = [int(number) for number in re.findall(r"GPIO (\d+)<", diagram(chip, pins))]
    assert sorted(shown) == sorted(pins.values())


def test_nothing_is_wired_to_a_pin_that_neither_board_has() -> None:
    known = {*RAILS, *pins_of(SOURCE, "ESP32"), "Lamp", "Magnet", "Reverse"}
    assert {row.pin for part in (*LEFT, *RIGHT) for row in part.rows} <= known
