"""All documents of one database with their indexes and past versions. Changes only by `put`.

Indexes are built when a query first needs them and then kept up to date, so a write costs as many
index changes as its collection has been queried in different ways, whatever the database holds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from emulators.firestore.core.document import Document
from emulators.firestore.core.history import History
from emulators.firestore.core.index import Columns, Index
from emulators.firestore.core.names import Path
from emulators.firestore.core.tree import Tree

MAX_INDEXES_PER_SCOPE = 64


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents of one collection, or (`everywhere`) of all collections with its last id.

    The empty path everywhere is all documents.
    """

    path: Path
    everywhere: bool = False


EVERYTHING = Scope((), everywhere=True)


class Store:
    """Documents by path, at their latest version and lately before it."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.tree = Tree()
        self._collections: dict[Path, dict[Path, Document]] = {}
        self._groups: dict[str, set[Path]] = {}
        self._indexes: dict[Scope, OrderedDict[Columns, Index]] = {}
        self._changed_at: dict[Scope, int] = {}

    def get(self, path: Path) -> Document | None:
        """The latest version."""
        return self._collections.get(path[:-1], {}).get(path)

    def get_at(self, path: Path, time: int) -> Document | None:
        """The version that held at `time`."""
        return self.history.at(path, time, self.get(path))

    def put(self, path: Path, after: Document | None, now: int) -> None:
        """Replace one document by a new version, or remove it."""
        before = self.get(path)
        self.history.record(path, now, before)
        if after is not None:
            self._add(path, after, new=before is None)
        elif before is not None:
            self._remove(path)
        for scope in scopes_of(path):
            self._changed_at[scope] = now
            for index in self._indexes.get(scope, {}).values():
                index.replace(before, after)

    def documents(self, scope: Scope) -> Iterator[Document]:
        """The latest versions, in no order."""
        for collection in self._collections_in(scope):
            yield from self._collections.get(collection, {}).values()

    def documents_at(self, scope: Scope, time: int) -> Iterator[Document]:
        """The versions that held at `time`, in no order."""
        collections = set(self._collections_in(scope))
        collections.update(path for path in self.history.collections() if _in_scope(path, scope))
        for collection in collections:
            paths = set(self._collections.get(collection, ()))
            paths.update(self.history.paths_in(collection))
            for path in paths:
                document = self.get_at(path, time)
                if document is not None:
                    yield document

    def changed_since(self, scope: Scope, time: int) -> bool:
        """Whether a document of the scope changed after `time`."""
        return self._changed_at.get(scope, 0) > time

    def index(self, scope: Scope, columns: Columns) -> Index:
        """The index, built now if no query needed it before."""
        known = self._indexes.setdefault(scope, OrderedDict())
        index = known.get(columns)
        if index is None:
            index = known[columns] = Index(columns, self.documents(scope))
            if len(known) > MAX_INDEXES_PER_SCOPE:
                known.popitem(last=False)
        known.move_to_end(columns)
        return index

    def _add(self, path: Path, document: Document, *, new: bool) -> None:
        collection = path[:-1]
        self._collections.setdefault(collection, {})[path] = document
        if new:
            self._groups.setdefault(collection[-1], set()).add(collection)
            self.tree.add(path)

    def _remove(self, path: Path) -> None:
        collection = path[:-1]
        documents = self._collections[collection]
        del documents[path]
        self.tree.remove(path)
        if not documents:
            del self._collections[collection]
            self._groups[collection[-1]].discard(collection)

    def _collections_in(self, scope: Scope) -> Iterator[Path]:
        if not scope.everywhere:
            yield scope.path
        elif scope == EVERYTHING:
            yield from self._collections
        else:
            yield from self._groups.get(scope.path[-1], ())


def scopes_of(path: Path) -> tuple[Scope, Scope, Scope]:
    """The scopes that a document belongs to."""
    collection = path[:-1]
    return Scope(collection), Scope(collection[-1:], everywhere=True), EVERYTHING


def _in_scope(collection: Path, scope: Scope) -> bool:
    return scope in scopes_of((*collection, ""))
