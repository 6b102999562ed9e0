"""Commands: signed as the meter checks, numbered once, never more open than a meter can hold."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import pytest
from lipamita.domain.command import (
    KEEP_CLOSED_COMMAND_MS,
    LONGEST_WAIT_MS,
    MAX_OPEN_COMMANDS,
    SHORTEST_WAIT_MS,
    CommandRegister,
    CommandResult,
    Order,
    OrderId,
    close_order,
    make_command,
    next_command_check,
    outlived,
    place_order,
)
from lipamita.domain.errors import ConflictError, InvalidInputError
from lipamita.domain.recharge import device_key
from lipamita.domain.units import DAY_MS, Millis

from tests.unit.lipamita.domain.samples import METER, NOW

SECRET = "d" * 32
OK = CommandResult(result="ok")


def order(
    order_id: str = "o1", kind: str = "withdraw", arguments: Mapping[str, int] | None = None
) -> Order:
    given = {"withdrawn_total_wh": 4_200} if arguments is None else arguments
    return Order(meter_id=METER, order_id=OrderId(order_id), kind=kind, arguments=given)


def placed(*orders: Order) -> CommandRegister:
    register = CommandRegister()
    for one in orders:
        register = place_order(register, one, now_ms=NOW)
    return register


def test_the_signature_is_the_one_the_meter_makes() -> None:
    register = placed(order(arguments={"credited_total_wh": 7, "sequence": 3}))
    entry = register.entries[OrderId("o1")]
    command = make_command(METER, OrderId("o1"), entry, master_secret=SECRET)
    signed = "MTR-001|c0000000001-o1|withdraw|1|credited_total_wh=7;sequence=3"
    expected = hmac.new(device_key(SECRET, METER), signed.encode(), hashlib.sha256).hexdigest()
    assert (command.command_id, command.mac) == ("c0000000001-o1", expected)


def test_numbers_rise_by_one_and_keys_sort_as_they_do() -> None:
    register = CommandRegister(sequence=9)
    for name in ("b", "a"):
        register = place_order(register, order(name), now_ms=NOW)
    commands = [
        make_command(METER, key, entry, master_secret=SECRET)
        for key, entry in register.open_entries
    ]
    assert [command.sequence for command in commands] == [10, 11]
    ids = [command.command_id for command in commands]
    assert ids == sorted(ids)
    assert [command_id.partition("-")[2] for command_id in ids] == ["b", "a"]


def test_an_order_given_again_changes_nothing() -> None:
    register = placed(order())
    assert place_order(register, order(), now_ms=Millis(NOW + 5)) is register


def test_a_known_order_with_other_content_is_refused() -> None:
    with pytest.raises(ConflictError) as refused:
        place_order(placed(order()), order(kind="connect", arguments={}), now_ms=NOW)
    assert refused.value.code == "order_differs"


def test_a_meter_is_never_given_more_than_it_can_answer() -> None:
    register = placed(*(order(f"o{n}") for n in range(MAX_OPEN_COMMANDS)))
    with pytest.raises(ConflictError) as refused:
        place_order(register, order("one-more"), now_ms=NOW)
    assert refused.value.code == "too_many_commands"
    answered = close_order(register, OrderId("o0"), OK, now_ms=NOW)
    assert place_order(answered, order("one-more"), now_ms=NOW).sequence == MAX_OPEN_COMMANDS + 1


@pytest.mark.parametrize(
    "bad",
    [
        order(kind="Withdraw"),
        order(kind="9lives"),
        order(kind="x" * 25),
        order(order_id="a|b"),
        order(order_id=""),
        order(arguments={"a=b": 1}),
        order(arguments={"a": -1}),
        order(arguments={"a": 2**63}),
        order(arguments={f"a{n}": 10**15 for n in range(10)}),
    ],
    ids=lambda bad: f"{bad.kind} {bad.order_id} {dict(bad.arguments)}"[:40],
)
def test_what_a_meter_could_not_read_is_refused(bad: Order) -> None:
    with pytest.raises(InvalidInputError):
        place_order(CommandRegister(), bad, now_ms=NOW)


def test_the_first_answer_stays() -> None:
    register = close_order(placed(order()), OrderId("o1"), OK, now_ms=NOW)
    late = CommandResult(result="no")
    assert close_order(register, OrderId("o1"), late, now_ms=NOW) is register
    assert close_order(register, OrderId("unknown"), OK, now_ms=NOW) is register
    assert register.entries[OrderId("o1")].result == "ok"


def test_an_order_outlives_every_process_that_may_repeat_it() -> None:
    register = close_order(placed(order()), OrderId("o1"), OK, now_ms=NOW)
    almost = Millis(NOW + KEEP_CLOSED_COMMAND_MS - 1)
    assert outlived(register, now_ms=almost) == []
    assert outlived(register, now_ms=Millis(almost + 1)) == ["o1"]


def test_answers_are_looked_for_often_at_first_and_then_less() -> None:
    register = placed(order())
    assert next_command_check(register, now_ms=NOW) == NOW + SHORTEST_WAIT_MS
    later = Millis(NOW + DAY_MS)
    assert next_command_check(register, now_ms=later) == later + LONGEST_WAIT_MS


def test_nothing_is_looked_for_where_nothing_is_left() -> None:
    assert next_command_check(CommandRegister(sequence=5), now_ms=NOW) is None
    closed = close_order(placed(order()), OrderId("o1"), OK, now_ms=NOW)
    assert next_command_check(closed, now_ms=NOW) == NOW + KEEP_CLOSED_COMMAND_MS
