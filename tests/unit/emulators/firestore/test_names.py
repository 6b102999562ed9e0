"""Names of databases and documents at the edge."""

from __future__ import annotations

import pytest

from emulators.firestore.core.names import (
    DatabaseName,
    parse_database,
    parse_document,
    parse_parent,
)
from emulators.firestore.errors import FirestoreError

ROOT = "projects/p-1/databases/(default)/documents"


def test_names_are_read_and_written() -> None:
    database, path = parse_document(f"{ROOT}/a/b/c/d")
    assert (database, path) == (DatabaseName("p-1", "(default)"), ("a", "b", "c", "d"))
    assert database.document(path) == f"{ROOT}/a/b/c/d"
    assert parse_parent(ROOT) == (database, ())
    assert parse_database("projects/p-1/databases/(default)") == database


@pytest.mark.parametrize(
    "text",
    [
        "",
        ROOT,
        f"{ROOT}/a",
        f"{ROOT}/a/",
        f"{ROOT}/a/b/c",
        f"{ROOT}/a/..",
        f"{ROOT}/a/__b__",
        f"{ROOT}/a/{'é' * 751}",
        f"{ROOT}/{'/'.join(['x' * 60] * 102)}",
        "projects/p/databases/UPPER/documents/a/b",
        "projects/p/databases/d/docs/a/b",
        "projects//databases/d/documents/a/b",
    ],
)
def test_names_that_are_refused(text: str) -> None:
    with pytest.raises(FirestoreError):
        parse_document(text)


def test_a_document_of_another_database_is_refused() -> None:
    with pytest.raises(FirestoreError, match="not in database"):
        parse_document(f"{ROOT}/a/b", DatabaseName("other", "(default)"))
