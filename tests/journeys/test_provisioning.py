"""From a board with a label to a meter that takes recharges, and to its successor."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lipamita.domain.crockford import draw

from tests.journeys import scene
from tests.journeys.test_meter import pay
from tools.lab.board import Board, Label
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey

WIFI = {"ssid": "My House", "password": "a good password"}
TIMEOUT = (5, 20)
Boards = Callable[..., Board]


@pytest.fixture
def boards(stack: Stack, tmp_path: Path) -> Iterator[Boards]:
    started: list[Board] = []

    def start(label: Label | None = None) -> Board:
        label = label or Label(secret=draw(16, secrets.token_bytes))
        board = Board(
            label,
            server=stack.url("hosting"),
            store_dir=tmp_path / label.hardware_id,
            report_interval_ms=500,
            load_w=0,
        )
        started.append(board)
        return board

    yield start
    for board in started:
        board.stop()


def claim_code(stack: Stack, label: Label) -> str:
    """What the operator reads out to the person at the meter."""
    answer = requests.post(
        f"{stack.url('hosting')}/api/meters/{scene.METER}/claim",
        json={"hardware_id": label.hardware_id, "label_secret": label.secret},
        headers={"Authorization": f"Bearer {scene.grace(stack).id_token}"},
        timeout=TIMEOUT,
    )
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


def claim(stack: Stack) -> Any:
    return stack.database.get(f"claims/{scene.METER}")


def test_a_board_is_told_its_number_and_takes_a_recharge(stack: Stack, boards: Boards) -> None:
    board = boards()
    assert "<form" in requests.get(board.portal_url(), timeout=TIMEOUT).text
    code = claim_code(stack, board.label)
    assert board.tell(**WIFI, meter_id="mtr-001", code=code.lower()).status_code == 202
    board.wait_for("setup", state="ready", meter_id=scene.METER)
    started = board.wait_for("started")
    register = stack.database.get(f"meter_registers/{scene.METER}")
    assert started["credited_total_wh"] == register["credited_total_wh"]
    board.wait_for("streaming")
    assert claim(stack)["completed_at"] > 0
    assert "code_hash" not in claim(stack)
    paid = pay(stack, 100)
    board.wait_for("applied", transaction_id=paid)
    scene.wait_for_delivery(stack, paid, "delivered")
    printed = "\n".join(board.process.lines())
    for secret in (code, code.replace("-", ""), WIFI["password"], board.label.secret):
        assert secret not in printed
    board.kill()
    again = boards(board.label)  # it knows its number now
    again.wait_for("streaming")
    assert again.process.lines()[0] != ""
    assert not [line for line in again.process.lines() if "portal" in line]


def test_a_second_board_takes_over_with_the_balance_and_the_first_is_shut_out(
    stack: Stack, boards: Boards
) -> None:
    first = boards()
    first.tell(**WIFI, meter_id=scene.METER, code=claim_code(stack, first.label))
    first.wait_for("streaming")
    paid = pay(stack, 100)
    first.wait_for("acknowledged", transaction_id=paid)
    before = stack.database.get(f"meters/{scene.METER}")
    second = boards()
    second.tell(**WIFI, meter_id=scene.METER, code=claim_code(stack, second.label))
    started = second.wait_for("started")
    assert started["credited_total_wh"] == before["credited_total"]
    assert started["balance_wh"] == before["current_balance"]
    first.wait_for("error", job="sign_in", detail="USER_DISABLED")
    second.wait_for("streaming")
    more = pay(stack, 200)
    second.wait_for("acknowledged", transaction_id=more)
    scene.wait_for_delivery(stack, more, "delivered")


def test_a_code_opens_nothing_for_another_label_and_nothing_twice(
    stack: Stack, boards: Boards
) -> None:
    honest, thief = boards(), boards()
    code = claim_code(stack, honest.label)
    thief.tell(**WIFI, meter_id=scene.METER, code=code)
    thief.wait_for("error", reason="code_refused")
    honest.tell(**WIFI, meter_id=scene.METER, code=code)
    honest.wait_for("setup", state="ready")
    known = stack.database.get(f"meters/{scene.METER}/device_uid")
    thief.tell(**WIFI, meter_id=scene.METER, code=code)
    thief.process.wait_for(
        lambda: sum("code_refused" in line for line in thief.process.lines()) == 2, limit_s=20.0
    )
    assert stack.database.get(f"meters/{scene.METER}/device_uid") == known
    assert scene.alarms(stack)["claim_refused"] == 2


def test_a_plug_pulled_while_claiming_changes_nothing(stack: Stack, boards: Boards) -> None:
    label = Label(secret=draw(16, secrets.token_bytes))
    board = boards(label)
    board.tell(**WIFI, meter_id=scene.METER, code=claim_code(stack, label))
    board.wait_for("setup", state="claiming")
    board.kill()
    again = boards(label)
    again.wait_for("streaming")
    assert stack.database.get(f"meters/{scene.METER}/device_uid") == claim(stack)["device_uid"]


def test_a_slip_of_the_finger_costs_no_try(stack: Stack, boards: Boards) -> None:
    board = boards()
    code = claim_code(stack, board.label)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    answer = board.tell(**WIFI, meter_id=scene.METER, code=wrong)
    assert (answer.status_code, "mistyped" in answer.text) == (400, True)
    assert claim(stack)["tries_left"] == 20
