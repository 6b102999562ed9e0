"""What all calls share: the databases, the indexes, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulators.firestore.core.database import Database
from emulators.firestore.core.databases import Databases
from emulators.firestore.core.names import DatabaseName, Path, parse_database, parse_parent
from emulators.firestore.query.index_source import IndexSource
from emulators.firestore.rpc.turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`new_document_id` gives 20 random letters and digits."""

    databases: Databases
    indexes: IndexSource
    turns: Turns
    new_document_id: Callable[[], str]

    def database(self, text: str) -> Database:
        """By projects/P/databases/D."""
        return self.databases.get(parse_database(text))

    def parent(self, text: str) -> tuple[Database, Path]:
        """By the name of the root or of a document."""
        name, path = parse_parent(text)
        return self.databases.get(name), path

    def named(self, name: DatabaseName) -> Database:
        """By a parsed name."""
        return self.databases.get(name)
