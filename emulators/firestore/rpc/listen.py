"""Listen: targets are added and removed on one stream, and every commit makes one snapshot.

Per target: ADD, its documents, CURRENT; then, without target ids, NO_CHANGE with a read time and a
resume token, which says that all targets are consistent. A resume token is this database's mark and
the time it stands for; one that is too old or of another run is answered with RESET.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from emulators.firestore.core.database import Database
from emulators.firestore.core.names import Path, parse_database, parse_document, parse_parent
from emulators.firestore.errors import Code, FirestoreError, invalid
from emulators.firestore.query.view import Change, Kind, View
from emulators.firestore.rpc.call import check_caller, parse, refuse, shortened
from emulators.firestore.rpc.service import Service
from emulators.firestore.wire import messages as pb
from emulators.firestore.wire.documents import write_document
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.queries import read_query
from emulators.firestore.wire.values import read_time, write_time

MAX_TARGETS = 1_000
MAX_REQUESTS_WAITING = 16
_TIME_BYTES = 8
NO_CHANGE, ADD, REMOVE, CURRENT, RESET = range(5)


class ListenCalls:
    """The one call that lasts."""

    def __init__(self, service: Service, mark: bytes) -> None:
        self._service = service
        self._mark = mark

    async def listen(self, requests: AsyncIterator[bytes], context: Any) -> None:
        """Serve one stream until either side ends it."""
        session = _Session(self._service, self._mark)
        reader = asyncio.create_task(session.read(requests))
        try:
            check_caller(context)
            while await session.woken():
                for message in session.answers():
                    await context.write(message.SerializeToString())
        except Exception as error:
            await refuse(context, error)
            raise
        finally:
            reader.cancel()
            session.close()


class _Session:
    def __init__(self, service: Service, mark: bytes) -> None:
        self._service = service
        self._mark = mark
        self._requests: asyncio.Queue[Message] = asyncio.Queue(MAX_REQUESTS_WAITING)
        self._wake = asyncio.Event()
        self._failure: Exception | None = None
        self._ended = False
        self._targets: dict[int, _Target] = {}
        self._database: Database | None = None

    async def read(self, requests: AsyncIterator[bytes]) -> None:
        """Take the client's requests in, as fast as they are answered."""
        try:
            async for data in requests:
                await self._requests.put(parse(pb.REQUESTS["Listen"], data))
                self._wake.set()
        except FirestoreError as error:
            self._failure = error
        self._ended = True
        self._wake.set()

    async def woken(self) -> bool:
        """Wait for something to do; False at the end. Raises what the stream ends with."""
        await self._wake.wait()
        self._wake.clear()
        if self._failure is not None:
            raise self._failure
        return not self._ended or not self._requests.empty()

    def answers(self) -> list[Message]:
        """What to send now, all as of one time."""
        found: list[Message] = []
        while not self._requests.empty():
            request = self._requests.get_nowait()
            database = self._service.databases.get(parse_database(request.database))
            if self._database not in (None, database):
                raise invalid("A stream listens to one database.")
            self._database = database
            found.extend(self._take(database, request))
        if self._database is None:
            return found
        for target in list(self._targets.values()):
            found.extend(target.news())
        if found and self._targets:
            found.append(_change(NO_CHANGE, (), self._database, self._token(self._database)))
        for target in [each for each in self._targets.values() if each.once]:
            found.extend(self._remove(target.id))
        return found

    def close(self) -> None:
        """Watch nothing any more."""
        for target in self._targets.values():
            target.close()
        self._targets.clear()

    def _take(self, database: Database, request: Message) -> Iterator[Message]:
        kind = request.WhichOneof("target_change")
        if kind == "remove_target":
            yield from self._remove(request.remove_target)
            return
        if kind != "add_target":
            raise invalid("A listen request must add or remove a target.")
        try:
            yield from self._add(database, request.add_target)
        except FirestoreError as error:
            answer = _change(REMOVE, (request.add_target.target_id,))
            answer.target_change.cause.code = int(error.code)
            answer.target_change.cause.message = shortened(error.message)
            yield answer

    def _add(self, database: Database, message: Message) -> Iterator[Message]:
        number = message.target_id or max(self._targets, default=0) + 1
        if number in self._targets:
            raise invalid(f"Target {number} is already listened to.")
        if len(self._targets) >= MAX_TARGETS:
            raise FirestoreError(Code.RESOURCE_EXHAUSTED, f"At most {MAX_TARGETS} targets.")
        target = _Target(number, database, self._view(database, message), self._wake)
        target.once = message.once
        yield _change(ADD, (number,))
        seen_until = self._resumed(database, message)
        if seen_until is not None:
            target.view.assume(seen_until)
        elif message.WhichOneof("resume_type") is not None:
            yield _change(RESET, (number,))
        self._targets[number] = target
        for change in target.view.begin():
            yield target.told(change)
        target.watch()
        yield _change(CURRENT, (number,), database, self._token(database))

    def _remove(self, number: int) -> Iterator[Message]:
        target = self._targets.pop(number, None)
        if target is not None:
            target.close()
            yield _change(REMOVE, (number,))

    def _view(self, database: Database, message: Message) -> View:
        kind = message.WhichOneof("target_type")
        if kind == "documents":
            names = message.documents.documents
            if not names:
                raise invalid("A target of documents needs at least one.")
            return View(database, tuple(parse_document(each, database.name)[1] for each in names))
        if kind != "query" or message.query.WhichOneof("query_type") != "structured_query":
            raise invalid("A target must be documents or a structured_query.")
        name, parent = parse_parent(message.query.parent)
        if name != database.name:
            raise invalid(f"{message.query.parent!r} is not in database {database.name}.")
        normal = read_query(message.query.structured_query, parent)
        self._service.indexes.check(normal)
        return View(database, normal)

    def _token(self, database: Database) -> bytes:
        return self._mark + database.now().to_bytes(_TIME_BYTES, "big")

    def _resumed(self, database: Database, message: Message) -> int | None:
        kind = message.WhichOneof("resume_type")
        try:
            if kind == "read_time":
                return database.check_time(read_time(message.read_time))
            token: bytes = message.resume_token
            if kind == "resume_token" and token[:-_TIME_BYTES] == self._mark:
                return database.check_time(int.from_bytes(token[-_TIME_BYTES:], "big"))
        except FirestoreError:
            return None
        return None


class _Target:
    def __init__(self, number: int, database: Database, view: View, wake: asyncio.Event) -> None:
        self.id = number
        self.view = view
        self.once = False
        self._database = database
        self._wake = wake
        self._dirty: dict[Path, None] = {}

    def watch(self) -> None:
        for scope in self.view.scopes:
            self._database.watch(scope, self._notify)

    def close(self) -> None:
        for scope in self.view.scopes:
            self._database.unwatch(scope, self._notify)

    def news(self) -> list[Message]:
        """Changes since the last time; a document that changed twice is told once."""
        paths, self._dirty = list(self._dirty), {}
        return [self.told(change) for change in self.view.follow(paths)] if paths else []

    def told(self, change: Change) -> Message:
        answer = pb.ListenResponse()
        if change.kind is Kind.CHANGED:
            assert change.document is not None
            write_document(answer.document_change.document, self._database.name, change.document)
            answer.document_change.target_ids.append(self.id)
            return answer
        gone = answer.document_delete if change.kind is Kind.DELETED else answer.document_remove
        gone.document = self._database.name.document(change.path)
        gone.removed_target_ids.append(self.id)
        write_time(gone.read_time, self._database.now())
        return answer

    def _notify(self, paths: Sequence[Path]) -> None:
        self._dirty.update(dict.fromkeys(paths))
        self._wake.set()


def _change(
    kind: int, targets: tuple[int, ...], database: Database | None = None, token: bytes = b""
) -> Message:
    answer = pb.ListenResponse()
    answer.target_change.target_change_type = kind
    answer.target_change.target_ids.extend(targets)
    answer.target_change.resume_token = token
    if database is not None:
        write_time(answer.target_change.read_time, database.now())
    return answer
