"""Commands and their registers in a real database, and as the document states them."""

from __future__ import annotations

import pytest
from lipamita.adapters.command_schema import (
    command_register_from_json,
    command_register_to_json,
    command_to_json,
)
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.command import (
    Command,
    CommandRegister,
    CommandResult,
    FollowUp,
    Order,
    OrderId,
    make_command,
    place_order,
)
from lipamita.domain.units import Millis

from tests.unit.data_model.test_code_agrees import documented
from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import METER, NOW
from tools.data_model import leaves, read_fields

ORDER = Order(
    meter_id=METER,
    order_id=OrderId("o1"),
    kind="withdraw",
    arguments={"withdrawn_total_wh": 7},
    follow_up=FollowUp(kind="refund", work_id="r1"),
)
REGISTER = place_order(CommandRegister(), ORDER, now_ms=NOW)


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def command() -> Command:
    entry = REGISTER.entries[OrderId("o1")]
    return make_command(METER, OrderId("o1"), entry, master_secret="d" * 32)


def test_a_register_is_kept_field_by_field() -> None:
    node = documented("command_registers/{meter_id}")
    register = command_register_from_json("command_registers", node)
    assert command_register_to_json(register, node["next_check_at"]) == node


def test_a_command_is_written_as_documented() -> None:
    fields = read_fields()
    path = f"meters/{METER}/commands/{command().command_id}"
    for leaf, value in leaves(command_to_json(command()), path):
        assert [field.fits(value) for field in fields if field.is_at(leaf)] == [True], leaf


def test_of_two_writers_of_a_register_one_wins(store: RtdbStore) -> None:
    old = store.read_command_register(METER)
    assert old.value == CommandRegister()
    assert store.replace_command_register(METER, old, REGISTER, next_check_at_ms=NOW)
    assert not store.replace_command_register(METER, old, REGISTER, next_check_at_ms=NOW)
    assert store.read_command_register(METER).value == REGISTER


def test_meters_with_commands_are_found_when_they_are_due(store: RtdbStore) -> None:
    old = store.read_command_register(METER)
    store.replace_command_register(METER, old, REGISTER, next_check_at_ms=NOW)
    assert store.due_command_registers(now_ms=Millis(NOW - 1), limit=5) == []
    assert store.due_command_registers(now_ms=NOW, limit=5) == [METER]
    store.postpone_commands(METER, Millis(NOW + 1))
    assert store.due_command_registers(now_ms=NOW, limit=5) == []


def test_a_command_that_stands_is_left_as_it_is(store: RtdbStore, database: LiveDatabase) -> None:
    store.put_command(METER, command())
    path = f"meters/{METER}/commands/{command().command_id}"
    database.merge(path, {"done_at": NOW, "result": "ok"})
    store.put_command(METER, command())
    assert database.read(path)["result"] == "ok"


def test_the_answer_is_read_once_it_is_there(store: RtdbStore, database: LiveDatabase) -> None:
    store.put_command(METER, command())
    assert store.read_command_result(METER, command().command_id) is None
    path = f"meters/{METER}/commands/{command().command_id}"
    database.merge(path, {"done_at": NOW, "result": "unknown kind"})
    read = store.read_command_result(METER, command().command_id)
    assert read == CommandResult(result="unknown kind")
    store.remove_command(METER, command().command_id)
    assert store.read_command_result(METER, command().command_id) is None
