"""Names of databases, collections and documents, read and checked once at the edge.

Google's limits (Firestore "Quotas and limits"): ids up to 1,500 bytes, not `.` or `..`, not
`__.*__`; names up to 6 KiB; at most 100 levels of collections.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from emulators.firestore.errors import invalid

Path: TypeAlias = tuple[str, ...]

MAX_ID_BYTES = 1_500
MAX_NAME_BYTES = 6 * 1024
MAX_LEVELS = 100
_PROJECT = re.compile(r"[a-z0-9:.-]{1,128}")
_DATABASE = re.compile(r"\(default\)|[a-z0-9-]{1,128}")
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_NUMERIC = re.compile(r"__id-?[0-9]+__")
_ROOT_SEGMENTS = 5


@dataclass(frozen=True, slots=True)
class DatabaseName:
    """projects/{project}/databases/{database}."""

    project: str
    database: str

    def __str__(self) -> str:
        return f"projects/{self.project}/databases/{self.database}"

    @property
    def root(self) -> str:
        """What the names of its documents begin with, without the slash."""
        return f"{self}/documents"

    def document(self, path: Path) -> str:
        """The full name of a document."""
        return f"{self}/documents/{'/'.join(path)}"


def parse_database(text: str) -> DatabaseName:
    """Read projects/P/databases/D. Raises INVALID_ARGUMENT."""
    parts = text.split("/")
    if len(parts) != 4 or parts[0] != "projects" or parts[2] != "databases":
        raise invalid(f"Invalid database name {text!r}: expected projects/P/databases/D.")
    return _database(parts[1], parts[3], text)


def parse_parent(text: str) -> tuple[DatabaseName, Path]:
    """Read .../documents or the name of a document, as parent of collections."""
    parts = text.split("/")
    if len(parts) < _ROOT_SEGMENTS or parts[0] != "projects" or parts[2] != "databases":
        raise invalid(f"Invalid parent {text!r}: expected projects/P/databases/D/documents[/...].")
    if parts[4] != "documents" or len(parts) % 2 != 1:
        raise invalid(f"Invalid parent {text!r}: expected the root or a document.")
    database = _database(parts[1], parts[3], text)
    return database, check_path(tuple(parts[_ROOT_SEGMENTS:]))


def parse_document(text: str, database: DatabaseName | None = None) -> tuple[DatabaseName, Path]:
    """Read a document's full name; in `database` when given. Raises INVALID_ARGUMENT."""
    found, path = parse_parent(text)
    if not path:
        raise invalid(f"Document name {text!r} lacks a collection and an id.")
    if database is not None and found != database:
        raise invalid(f"Document {text!r} is not in database {database}.")
    return found, path


def check_path(path: Path) -> Path:
    """The path itself when every id of it may be used."""
    if sum(map(len, path)) > MAX_NAME_BYTES or len(path) > 2 * MAX_LEVELS:
        raise invalid(f"Document name exceeds {MAX_NAME_BYTES} bytes or {MAX_LEVELS} levels.")
    for part in path:
        check_id(part)
    if sum(len(part.encode()) + 1 for part in path) > MAX_NAME_BYTES:
        raise invalid(f"Document name exceeds {MAX_NAME_BYTES} bytes.")
    return path


def check_id(text: str) -> str:
    """An id of a collection or a document. Raises INVALID_ARGUMENT."""
    if not text or text in (".", "..") or "/" in text:
        raise invalid(f"Resource id {text!r} is not valid.")
    if text.startswith("__") and _RESERVED.fullmatch(text):
        raise invalid(f"Resource id {text!r} is invalid because it is reserved.")
    if len(text) > MAX_ID_BYTES // 4 and len(text.encode()) > MAX_ID_BYTES:
        raise invalid(f"Resource id of {len(text.encode())} bytes exceeds {MAX_ID_BYTES}.")
    return text


def compared_path(name: str) -> Path:
    """The path within its database that a full name in a filter or a cursor is compared as.

    Ids like __id7__, which no document has here, sort before all others.
    """
    parts = name.split("/")[_ROOT_SEGMENTS:]
    return tuple("" if _NUMERIC.fullmatch(part) else part for part in parts)


def _database(project: str, database: str, text: str) -> DatabaseName:
    if not _PROJECT.fullmatch(project) or not _DATABASE.fullmatch(database):
        raise invalid(f"Invalid project or database id in {text!r}.")
    return DatabaseName(project, database)
