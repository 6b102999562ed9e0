"""The rules name what the document states, and open no more than it says."""

import re

import pytest

from tests.unit.data_model.rules_file import RulesNode, read_rules
from tools.data_model import Field, read_fields

FIELDS = read_fields()
RULES = read_rules()
BY_PATH = {node.path: node for node in RULES}
CLIENT_WRITTEN = [field for field in FIELDS if field.writers & {"user", "owner", "device"}]
WRITE_NODES = [node for node in RULES if node.write not in {None, "false"}]

DEVICE = (
    "auth.uid != null && auth.token.role == 'meter' && auth.token.meter_id == $meter_id && "
    "root.child('meters').child($meter_id).child('device_uid').val() == auth.uid && "
    "newData.exists()"
)
OWNER = (
    "auth.uid != null && "
    "root.child('meters').child($meter_id).child('owner_uid').val() == auth.uid && "
    "newData.exists()"
)
USER = "auth.uid == $uid && auth.token.role != 'meter' && newData.exists()"


def by_path(items: list[Field]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("field", items, ids=lambda field: field.path)


def by_node(items: list[RulesNode]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("node", items, ids=lambda node: node.path)


def _ancestors_and_self(path: str) -> list[RulesNode]:
    keys = path.split("/")
    paths = ["/".join(keys[: length + 1]) for length in range(len(keys))]
    return [BY_PATH[path] for path in paths if path in BY_PATH]


@by_node([node for node in RULES if not node.path.endswith("/{other}")])
def test_every_path_in_the_rules_is_documented(node: RulesNode) -> None:
    prefix = node.path.split("/")
    assert any(list(field.segments[: len(prefix)]) == prefix for field in FIELDS)


@by_path(FIELDS)
def test_every_documented_field_lies_under_a_node_of_the_rules(field: Field) -> None:
    assert field.segments[0] in BY_PATH


@by_path(CLIENT_WRITTEN)
def test_a_field_that_clients_write_has_its_own_rule(field: Field) -> None:
    opened = [node.write for node in _ancestors_and_self(field.path) if node.write]
    assert len(opened) == 1
    (caller,) = field.writers - {"functions"}
    assert opened[0].startswith({"device": DEVICE, "owner": OWNER, "user": USER}[caller])
    assert BY_PATH[field.path].validate is not None


@by_path([field for field in FIELDS if field not in CLIENT_WRITTEN])
def test_a_field_of_the_functions_has_no_write_rule(field: Field) -> None:
    assert [n.path for n in _ancestors_and_self(field.path) if n.write not in {None, "false"}] == []


@by_path([field for field in FIELDS if field.readers == {"nobody"}])
def test_a_field_that_nobody_reads_has_no_read_rule(field: Field) -> None:
    assert [n.path for n in _ancestors_and_self(field.path) if n.read not in {None, "false"}] == []


@by_node(WRITE_NODES)
def test_every_write_rule_refuses_deletes_and_names_its_caller(node: RulesNode) -> None:
    assert node.write is not None
    assert node.write.startswith((DEVICE, OWNER, USER))
    assert " || " not in node.write.partition(" && (")[0]


@by_path(CLIENT_WRITTEN)
def test_a_field_that_clients_write_is_checked_in_type_range_and_priority(field: Field) -> None:
    rule = BY_PATH[field.path].validate or ""
    assert "newData.getPriority() == null" in rule
    low, high = field.range
    if field.choices:
        assert f"matches(/^({'|'.join(field.choices)})$/)" in rule
    elif field.type == "boolean":
        assert "newData.isBoolean()" in rule
    elif field.type.startswith("integer"):
        assert "newData.isNumber() && newData.val() % 1 == 0" in rule
        assert f"newData.val() >= {low} " in rule
        assert f"newData.val() <= {'now + 86400000' if high is None else high} " in rule
    else:
        assert "newData.isString()" in rule
        assert (
            f"newData.val().length <= {high} " in rule or ".matches(/^[a-z][a-z_]{1,31}$/)" in rule
        )


def test_the_indexes_are_those_of_the_document() -> None:
    indexed = {node.path: set(node.index_on) for node in RULES if node.index_on}
    assert indexed == {
        "command_registers": {"next_check_at"},
        "confirmations": {"next_check_at", "received_at"},
        "receipts": {"claimed_at"},
        "inquiries": {"asked_at"},
        "rate_limits/{kind}": {"on_schedule_at"},
        "phone_prompts": {"created_at"},
        "notices": {"next_check_at", "status", "created_at", "recipient"},
        "open_prompts/{meter_id}": {"created_at"},
        "transactions": {"next_check_at", "record_at", "user_id", "meter_id"},
        "meters": {"status/last_seen", "owner_uid", "next_look_at"},
        "orders": {"next_check_at", "user_id", "ends_at"},
        "refunds": {"next_check_at", "record_at", "status", "waiting"},
        "reviews": {"status", "record_at", "waiting"},
        "suspense": {"status", "record_at", "waiting"},
    }
    for path, names in indexed.items():
        for name in names:
            pattern = re.compile(rf"{path}/\{{[a-z_]+\}}/{name}")
            assert any(pattern.fullmatch(field.path) for field in FIELDS)
