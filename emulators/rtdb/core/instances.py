"""All namespaces of one server, made on first use, and the events their commits cause."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from emulators.rtdb import json_text
from emulators.rtdb.core.changes import Commit
from emulators.rtdb.core.database import Database, system_clock_ms
from emulators.rtdb.core.principal import Principal
from emulators.rtdb.errors import TooLargeError
from emulators.rtdb.options import Limits
from emulators.rtdb.push_id import PushIds
from emulators.rtdb.triggers.deliver import Event
from emulators.rtdb.triggers.event import Origin, content_type, event_body
from emulators.rtdb.triggers.match import Occurrence, occurrences
from emulators.rtdb.triggers.registry import Trigger, Triggers

SendEvent = Callable[[Event], None]


class Instances:
    """Databases by namespace. `send_event`, if set, takes every event without waiting."""

    def __init__(
        self,
        *,
        default: str,
        limits: Limits,
        clock: Callable[[], int] = system_clock_ms,
        send_event: SendEvent | None = None,
    ) -> None:
        self.default = default
        self.limits = limits
        self.clock = clock
        self.database_host = ""
        self.send_event = send_event
        self.triggers = Triggers(limits.triggers)
        self.push_ids = PushIds(secrets.randbits)
        self._databases: dict[str, Database] = {}

    def get(self, namespace: str) -> Database:
        """The database of that name; TooLargeError if it would be one too many."""
        database = self._databases.get(namespace)
        if database is None:
            if len(self._databases) >= self.limits.namespaces:
                raise TooLargeError(f"More than {self.limits.namespaces} namespaces")
            database = Database(
                namespace, limits=self.limits, on_commit=self._committed, clock=self.clock
            )
            self._databases[namespace] = database
        return database

    def __contains__(self, namespace: object) -> bool:
        return namespace in self._databases

    def names(self) -> list[str]:
        return sorted(self._databases)

    def _committed(self, database: Database, commit: Commit, who: Principal) -> None:
        if self.send_event is None:
            return
        origin = Origin(
            namespace=database.name,
            database_host=self.database_host,
            at_ms=self.clock(),
            who=who,
        )
        room = self.limits.events_per_write
        for trigger in self.triggers.of(database.name):
            for found in occurrences(trigger, commit):
                if room == 0:
                    return
                room -= 1
                self.send_event(_event(trigger, found, origin))


def _event(trigger: Trigger, found: Occurrence, origin: Origin) -> Event:
    event_id = secrets.token_urlsafe(15)
    return Event(
        trigger=trigger.name,
        ref=f"{origin.namespace}/{'/'.join(found.path)}",
        url_path=trigger.url_path,
        content_type=content_type(trigger),
        body=partial(_body, trigger, found, origin, event_id),
    )


def _body(trigger: Trigger, found: Occurrence, origin: Origin, event_id: str) -> bytes:
    return json_text.write(event_body(trigger, found, origin, event_id))
