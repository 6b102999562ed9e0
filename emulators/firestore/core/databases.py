"""All databases of all projects, each made when it is first named."""

from __future__ import annotations

from collections.abc import Callable

from emulators.firestore.core.database import Database, Limits
from emulators.firestore.core.names import DatabaseName
from emulators.firestore.errors import Code, FirestoreError

MAX_DATABASES = 1_000


class Databases:
    """`clock` gives microseconds since the epoch, `new_id` a new random id."""

    def __init__(
        self, *, clock: Callable[[], int], new_id: Callable[[], bytes], limits: Limits
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._limits = limits
        self._databases: dict[DatabaseName, Database] = {}

    def get(self, name: DatabaseName) -> Database:
        """The database, empty when it was never named before."""
        database = self._databases.get(name)
        if database is None:
            if len(self._databases) >= MAX_DATABASES:
                raise FirestoreError(
                    Code.RESOURCE_EXHAUSTED, f"At most {MAX_DATABASES} databases are kept."
                )
            database = self._databases[name] = Database(
                name, clock=self._clock, new_id=self._new_id, limits=self._limits
            )
        return database

    def of_project(self, project: str) -> list[Database]:
        """The project's databases by name."""
        found = [each for name, each in self._databases.items() if name.project == project]
        return sorted(found, key=lambda each: each.name.database)
