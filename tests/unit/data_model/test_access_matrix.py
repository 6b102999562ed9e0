"""The matrix in the document is the one of the field tables."""

from __future__ import annotations

import pytest

from tools.access_matrix import CALLERS, DOCUMENT, access_of, rows, with_matrix
from tools.data_model import Field, read_fields

FIELDS = read_fields()


def field(path: str, *, readers: set[str], writers: set[str]) -> Field:
    return Field(
        path=path,
        type="boolean",
        unit="",
        writers=frozenset(writers | {"functions"}),
        readers=frozenset(readers),
        meaning="",
        example=True,
    )


def test_the_document_shows_the_matrix_of_the_tables() -> None:
    text = DOCUMENT.read_text()
    assert with_matrix(text, FIELDS) == text, "run: make fmt"


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="access:begin"):
        with_matrix("nothing here", FIELDS)


def test_what_is_open_to_the_same_callers_is_one_row() -> None:
    fields = [
        field("a/{id}/x", readers={"staff"}, writers=set()),
        field("a/{id}/y/{n}", readers={"staff"}, writers=set()),
        field("b/{id}/x", readers={"staff"}, writers=set()),
        field("b/{id}/y", readers={"nobody"}, writers=set()),
    ]
    assert [path for path, _ in rows(fields)] == ["a/**", "b/{id}/x", "b/{id}/y"]


def test_every_caller_has_a_cell() -> None:
    cells = access_of(field("a/x", readers={"signed-in"}, writers={"device"}))
    assert dict(zip(CALLERS, cells, strict=True)) == {
        "anybody": "",
        "signed-in": "R",
        "user": "R",
        "owner": "R",
        "payer": "R",
        "device": "RW",
        "staff": "R",
    }


def test_no_client_writes_money() -> None:
    sold = ("tariffs", "places", "place_days", "orders")
    money = ("transactions", "receipts", "meter_registers", *sold, "suspense", "reviews")
    for path, cells in rows(FIELDS):
        if path.startswith(money):
            assert not any("W" in cell for cell in cells), path
