"""A folder of exports: firestore_export.json and one file of JSON lines per database.

    {"format": "lipamita-firestore", "version": 1, "databases":
      [{"project": "demo-lipamita", "database": "(default)", "file": "...jsonl", "documents": 2}]}

    {"path": "payments/p1", "createTime": "2026-11-21T09:00:00.000000Z", "updateTime": "...",
     "fields": {"amount": {"integerValue": "500"}}}

Lines are sorted by path, so that two exports can be compared with diff.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from emulators.firestore.core.database import Database
from emulators.firestore.core.databases import Databases
from emulators.firestore.core.document import Document, check_fields
from emulators.firestore.core.names import DatabaseName, check_path, parse_database
from emulators.firestore.core.store import EVERYTHING
from emulators.firestore.errors import FirestoreError
from emulators.firestore.export.json_values import (
    ValueJsonError,
    fields_from_json,
    fields_to_json,
    time_from_json,
    time_to_json,
)

INDEX = "firestore_export.json"
FORMAT = "lipamita-firestore"
VERSION = 1
DOCUMENTS_AT_ONCE = 1_000


class ExportError(Exception):
    """A folder that cannot be read; the message names the file and the line."""


def export_project(databases: Databases, project: str, folder: Path) -> int:
    """Write all databases of the project into the folder; how many documents there were."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    total = 0
    for database in databases.of_project(project):
        file = f"{project}.{database.name.database}.jsonl"
        count = _export_database(database, folder / file)
        total += count
        entries.append(
            {
                "project": project,
                "database": database.name.database,
                "file": file,
                "documents": count,
            }
        )
    index = {"format": FORMAT, "version": VERSION, "databases": entries}
    (folder / INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
    return total


def import_folder(databases: Databases, folder: Path) -> int:
    """Load an export over what there is; how many documents it had. Raises ExportError."""
    index = _read_index(folder / INDEX)
    total = 0
    for name, file in index:
        database = databases.get(name)
        chunk: list[Document] = []
        for document in _documents(folder / file):
            chunk.append(document)
            total += 1
            if len(chunk) == DOCUMENTS_AT_ONCE:
                database.load(chunk)
                chunk = []
        database.load(chunk)
    return total


def _export_database(database: Database, file: Path) -> int:
    documents = sorted(database.store.documents(EVERYTHING), key=lambda each: each.path)
    with file.open("w", encoding="utf-8") as lines:
        for document in documents:
            entry = {
                "path": "/".join(document.path),
                "createTime": time_to_json(document.create_time),
                "updateTime": time_to_json(document.update_time),
                "fields": fields_to_json(document.fields),
            }
            lines.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
    return len(documents)


def _read_index(file: Path) -> list[tuple[DatabaseName, str]]:
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"{file}: {error}") from error
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise ExportError(f"{file}: expected format {FORMAT!r}")
    if index.get("version") != VERSION:
        raise ExportError(f"{file}: expected version {VERSION}, found {index.get('version')!r}")
    try:
        return [
            (
                parse_database(f"projects/{entry['project']}/databases/{entry['database']}"),
                Path(str(entry["file"])).name,
            )
            for entry in index["databases"]
        ]
    except (KeyError, TypeError, FirestoreError) as error:
        raise ExportError(f"{file}: databases: {error!r}") from error


def _documents(file: Path) -> Iterator[Document]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                yield _document(line, f"{file}:{number}")
    except OSError as error:
        raise ExportError(f"{file}: {error.strerror}") from error


def _document(line: str, where: str) -> Document:
    try:
        entry = json.loads(line)
        path = tuple(entry["path"].split("/"))
        fields = fields_from_json(entry["fields"])
        check_fields(fields)
        if len(path) % 2:
            raise ExportError(f"{where}: path {entry['path']!r} is no document")
        created, updated = entry["createTime"], entry["updateTime"]
        return Document(check_path(path), fields, time_from_json(created), time_from_json(updated))
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ValueJsonError,
        FirestoreError,
    ) as error:
        raise ExportError(f"{where}: {error}") from error
