"""firestore.indexes.json: what is read, and what is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulators.firestore.query.index_file import (
    AUTOMATIC,
    IndexFileError,
    Mode,
    Part,
    parse_indexes,
)
from emulators.firestore.query.index_source import IndexSource


def test_the_repository_s_own_file_is_valid() -> None:
    parse_indexes(Path("firestore.indexes.json").read_text())


def test_an_implied_name_at_the_end_is_dropped() -> None:
    fields = [
        {"fieldPath": "a", "order": "DESCENDING"},
        {"fieldPath": "__name__", "order": "DESCENDING"},
    ]
    [composite] = parse_indexes(
        json.dumps({"indexes": [{"collectionGroup": "c", "fields": fields}]})
    ).composites
    assert composite.parts == (Part(("a",), Mode.DESCENDING),)


def test_overrides_reach_into_maps_and_have_a_default() -> None:
    indexes = parse_indexes(
        json.dumps(
            {
                "fieldOverrides": [
                    {"collectionGroup": "c", "fieldPath": "m", "indexes": []},
                    {
                        "collectionGroup": "d",
                        "fieldPath": "*",
                        "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}],
                    },
                ]
            }
        )
    )
    assert indexes.single_field("c", ("m", "x")) == frozenset()
    assert indexes.single_field("c", ("other",)) == AUTOMATIC
    assert indexes.single_field("d", ("any",)) == {(True, Mode.ASCENDING)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "line 1"),
        ("[]", "the file"),
        ('{"indexes": {}}', "indexes"),
        ('{"indexes": [1]}', r"indexes\[0\]"),
        ('{"indexes": [{"collectionGroup": "c", "fields": []}]}', r"indexes\[0\].fields"),
        ('{"indexes": [{"collectionGroup": "c", "fields": [{"fieldPath": "a"}]}]}', "order"),
        (
            '{"indexes": [{"fields": [{"fieldPath": "a", "order": "ASCENDING"}]}]}',
            "collectionGroup",
        ),
        (
            '{"indexes": [{"collectionGroup": "c", "queryScope": "X",'
            ' "fields": [{"fieldPath": "a", "order": "ASCENDING"}]}]}',
            "queryScope",
        ),
        ('{"fieldOverrides": [{"collectionGroup": "c", "fieldPath": "a..b"}]}', "field path"),
    ],
)
def test_refused(text: str, place: str) -> None:
    with pytest.raises(IndexFileError, match=place):
        parse_indexes(text)


def test_a_missing_file_means_automatic_indexes(tmp_path: Path) -> None:
    assert IndexSource(tmp_path / "missing.json").reload() is False
