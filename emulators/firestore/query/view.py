"""What a listener has seen of a query or of named documents, and what it must be told next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from emulators.firestore.core.database import Database
from emulators.firestore.core.document import Document
from emulators.firestore.core.names import Path
from emulators.firestore.core.store import Scope
from emulators.firestore.query.normal import Normal
from emulators.firestore.query.run import accepts, run


class Kind(Enum):
    """What happened to a document from the listener's point of view."""

    CHANGED = "changed"
    REMOVED = "removed"
    """It is still there, but no longer in the result."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """`document` is there when changed."""

    kind: Kind
    path: Path
    document: Document | None = None


class View:
    """Keeps the versions last told, so that a change is told once."""

    def __init__(self, database: Database, watched: Normal | tuple[Path, ...]) -> None:
        self._database = database
        self._watched = watched
        self._told: dict[Path, int] = {}

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Where a change may concern the view."""
        if isinstance(self._watched, tuple):
            return tuple(Scope(path) for path in self._watched)
        return (self._watched.query.scope,)

    def assume(self, time: int) -> None:
        """The listener has seen the result as of `time` (microseconds)."""
        self._told = {each.path: each.update_time for each in self._result(time)}

    def begin(self) -> list[Change]:
        """What differs now from what was told; all of it for a new listener."""
        changes = self._compare({each.path: each for each in self._result(None)}, self._told)
        if isinstance(self._watched, tuple):
            told = {change.path for change in changes} | set(self._told)
            for path in dict.fromkeys(self._watched):
                if path not in told:
                    changes.append(Change(Kind.DELETED, path))
        return changes

    def follow(self, paths: Iterable[Path]) -> list[Change]:
        """What to tell after these documents changed."""
        watched = self._watched
        if isinstance(watched, Normal) and (
            watched.query.limit is not None or watched.query.offset
        ):
            return self._compare({each.path: each for each in self._result(None)}, self._told)
        current: dict[Path, Document] = {}
        for path in paths:
            document = self._database.store.get(path)
            if document is not None and self._has(document):
                current[path] = document
        return self._compare(current, [path for path in paths if path in self._told])

    def _has(self, document: Document) -> bool:
        if isinstance(self._watched, tuple):
            return document.path in self._watched
        return accepts(self._watched, document)

    def _result(self, time: int | None) -> Iterable[Document]:
        store = self._database.store
        if isinstance(self._watched, Normal):
            return run(store, self._watched, time).documents
        found = (
            store.get(path) if time is None else store.get_at(path, time) for path in self._watched
        )
        return [each for each in found if each is not None]

    def _compare(self, current: dict[Path, Document], former: Iterable[Path]) -> list[Change]:
        changes = []
        for path in list(former):
            if path not in current:
                del self._told[path]
                gone = self._database.store.get(path) is None
                changes.append(Change(Kind.DELETED if gone else Kind.REMOVED, path))
        for path, document in current.items():
            if self._told.get(path) != document.update_time:
                self._told[path] = document.update_time
                changes.append(Change(Kind.CHANGED, path, document))
        return changes
