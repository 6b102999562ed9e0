"""The indexes in force: firestore.indexes.json, read again when it changed and one is missing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from emulators.firestore.core.field_path import FieldPath
from emulators.firestore.errors import FirestoreError
from emulators.firestore.query.index_check import check_indexes
from emulators.firestore.query.index_file import Indexes, parse_indexes
from emulators.firestore.query.normal import Normal


class IndexSource:
    """Without a file there are only the automatic indexes; `checked` False allows every query."""

    def __init__(self, file: Path | None, *, checked: bool = True) -> None:
        self._file = file
        self._checked = checked
        self._read_at = -1
        self._indexes = Indexes()
        self.reload()

    def check(self, normal: Normal, aggregated: Iterable[FieldPath] = ()) -> None:
        """Raises FAILED_PRECONDITION when the query's index is missing."""
        if not self._checked:
            return
        fields = tuple(aggregated)
        try:
            check_indexes(normal, self._indexes, fields)
        except FirestoreError:
            if not self.reload():
                raise
            check_indexes(normal, self._indexes, fields)

    def reload(self) -> bool:
        """Read the file if it changed. Raises IndexFileError and keeps the former ones."""
        if self._file is None or not self._file.is_file():
            return False
        changed_at = self._file.stat().st_mtime_ns
        if changed_at == self._read_at:
            return False
        self.replace(self._file.read_text(encoding="utf-8"))
        self._read_at = changed_at
        return True

    def replace(self, text: str) -> None:
        """Put other indexes in force. Raises IndexFileError."""
        self._indexes = parse_indexes(text)
