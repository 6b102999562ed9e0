"""Commands reach their meter once, in order, whatever dies; and answers are taken up."""

from __future__ import annotations

import pytest
from lipamita.domain.command import (
    KEEP_CLOSED_COMMAND_MS,
    CommandResult,
    FollowUp,
    Order,
    OrderId,
)
from lipamita.domain.units import MINUTE_MS
from lipamita.use_cases.notice_command import notice_commands
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.send_command import send_command
from lipamita.use_cases.world import World

from tests.fakes.estate import METER, Estate
from tests.fakes.memory_nodes import ProcessDiedError


def order(order_id: str = "o1", follow_up: FollowUp | None = None) -> Order:
    return Order(meter_id=METER, order_id=OrderId(order_id), kind="connect", follow_up=follow_up)


def queue(estate: Estate) -> list[str]:
    return list(estate.store.commands.get(METER, {}))


def answer(estate: Estate, command_id: str, result: str = "ok") -> None:
    estate.store.command_results[command_id] = CommandResult(result=result)


class Heard:
    """Takes up answers, and may die doing so."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []
        self.dies = False

    def __call__(self, work_id: str, result: CommandResult, _: World) -> None:
        if self.dies:
            raise ProcessDiedError
        self.answers.append((work_id, result.result))


def test_an_order_becomes_one_command() -> None:
    estate = Estate()
    first = send_command(order(), estate.world)
    assert send_command(order(), estate.world) == first
    assert queue(estate) == [first.command_id]
    assert estate.store.commands[METER][first.command_id] == first


def test_a_numbered_command_is_written_before_any_later_one() -> None:
    estate = Estate()

    def die(path: str) -> None:
        if path.startswith("meters/"):
            raise ProcessDiedError

    estate.store.before_write = die
    with pytest.raises(ProcessDiedError):
        send_command(order("first"), estate.world)
    estate.store.before_write = lambda _: None
    send_command(order("second"), estate.world)
    assert queue(estate) == ["c0000000001-first", "c0000000002-second"]


def test_reconciliation_writes_what_a_dead_process_left_unwritten() -> None:
    estate = Estate()

    def die(path: str) -> None:
        if path.startswith("meters/"):
            raise ProcessDiedError

    estate.store.before_write = die
    with pytest.raises(ProcessDiedError):
        send_command(order(), estate.world)
    estate.store.before_write = lambda _: None
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    assert queue(estate) == ["c0000000001-o1"]


def test_what_waited_for_the_answer_goes_on_once_it_is_there() -> None:
    estate, heard = Estate(), Heard()
    command = send_command(order(follow_up=FollowUp(kind="refund", work_id="r1")), estate.world)
    notice_commands(METER, estate.world, {"refund": heard})
    assert heard.answers == []
    answer(estate, command.command_id, "arguments not understood")
    notice_commands(METER, estate.world, {"refund": heard})
    notice_commands(METER, estate.world, {"refund": heard})
    assert heard.answers == [("r1", "arguments not understood")]


def test_an_answer_is_not_lost_when_the_work_behind_it_dies() -> None:
    estate, heard = Estate(), Heard()
    command = send_command(order(follow_up=FollowUp(kind="refund", work_id="r1")), estate.world)
    answer(estate, command.command_id)
    heard.dies = True
    with pytest.raises(ProcessDiedError):
        notice_commands(METER, estate.world, {"refund": heard})
    heard.dies = False
    notice_commands(METER, estate.world, {"refund": heard})
    assert heard.answers == [("r1", "ok")]


def test_an_old_answered_command_is_removed_and_its_number_never_used_again() -> None:
    estate = Estate()
    command = send_command(order(), estate.world)
    answer(estate, command.command_id)
    estate.wait(MINUTE_MS)
    reconcile(estate.world)
    assert queue(estate) == [command.command_id]
    estate.wait(KEEP_CLOSED_COMMAND_MS)
    reconcile(estate.world)
    assert queue(estate) == []
    assert estate.store.command_checks[METER] is None
    assert send_command(order("o2"), estate.world).sequence == 2
