"""The document itself can be relied on: readable rows, each field once, examples that fit."""

import re
from collections import Counter

import pytest

from tools.data_model import DOCUMENT, READERS, UNITS, WRITERS, Field, read_fields

FIELDS = read_fields()
KEY = re.compile(r"[a-z0-9_]+|\{[a-z_]+\}")
PROMISED = {
    "users",
    "meters",
    "transactions",
    "consumption_history",
    "current_balance",
    "consumption_rate",
    "status",
    "pending_recharge",
    "alerts",
    "amount",
    "mpesa_receipt",
    "phone_number",
    "meter_no",
    "latest_transaction_id",
    "timestamp",
    "processed",
}


def by_path(fields: list[Field]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("field", fields, ids=lambda field: field.path)


def test_every_field_is_stated_once() -> None:
    assert [p for p, n in Counter(field.path for field in FIELDS).items() if n > 1] == []


def test_no_row_was_overlooked() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(FIELDS) == len(re.findall(r"^\| `\w+[/`]", text, re.MULTILINE)) > 100


@by_path(FIELDS)
def test_a_row_uses_the_words_of_the_document(field: Field) -> None:
    assert all(KEY.fullmatch(segment) for segment in field.segments)
    assert field.readers <= READERS
    assert field.writers <= WRITERS
    assert "functions" in field.writers
    assert field.unit in UNITS
    assert field.meaning


@by_path(FIELDS)
def test_an_example_is_of_the_stated_type(field: Field) -> None:
    assert field.fits(field.example)


@by_path([field for field in FIELDS if field.path.endswith("_at")])
def test_a_time_is_in_milliseconds(field: Field) -> None:
    assert field.unit == "ms"
    assert field.type == "integer 0.."


@by_path([field for field in FIELDS if re.search(r"_(wh|cents|w|kes)$", field.path)])
def test_a_unit_in_a_name_is_the_unit_of_the_field(field: Field) -> None:
    unit = {"wh": "Wh", "cents": "cents", "w": "W", "kes": "KES"}[field.path.rpartition("_")[2]]
    assert field.unit == unit
    assert field.type.startswith("integer")


def test_the_names_promised_to_users_stand() -> None:
    named = {segment for field in FIELDS for segment in field.segments}
    assert named >= PROMISED


@pytest.mark.parametrize("table", ["payment-states", "delivery-states"])
def test_the_state_tables_have_their_place(table: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = f"<!-- {table}:begin -->", f"<!-- {table}:end -->"
    assert text.count(begin) == text.count(end) == 1
    assert text.index(begin) < text.index(end)
