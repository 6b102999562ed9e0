"""When a read is of: now, a time, or a transaction that the request names or begins."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from emulators.firestore.core.database import Database
from emulators.firestore.core.document import Document
from emulators.firestore.core.names import Path
from emulators.firestore.core.transactions import Transaction
from emulators.firestore.errors import invalid
from emulators.firestore.query.normal import Normal
from emulators.firestore.query.run import Found, run
from emulators.firestore.rpc.turns import Turns
from emulators.firestore.wire.messages import Message
from emulators.firestore.wire.values import read_time, write_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`time` in microseconds, None where neither transaction nor time is asked for."""

    database: Database
    turns: Turns
    transaction: Transaction | None = None
    begun: bool = False
    time: int | None = None

    async def take_turns(self, paths: list[Path]) -> None:
        """Wait for all documents that will be read, in one order for all transactions."""
        await self._prepare([(self.database.name, path) for path in sorted(paths)])

    async def document(self, path: Path) -> Document | None:
        """One document; a transaction remembers that it read it."""
        await self._prepare([(self.database.name, path)])
        return self.database.read(path, self.transaction, self.time)

    async def documents(self, normal: Normal) -> Found:
        """What a query gives; a transaction remembers it."""
        await self._prepare([(self.database.name, normal.query.scope)])
        if self.transaction is None:
            return run(self.database.store, normal, self.time)
        found = run(self.database.store, normal, self.transaction.read_time)
        if not self.transaction.read_only:
            seen = _versions(found)
            store = self.database.store
            self.transaction.queries.append(lambda: _versions(run(store, normal)) == seen)
        return found

    def stamp(self, message: Message) -> None:
        """Fill the time that the read was of."""
        if self.transaction is not None and self.transaction.read_time is not None:
            write_time(message, self.transaction.read_time)
        else:
            write_time(message, self.database.now() if self.time is None else self.time)

    async def _prepare(self, keys: Sequence[Hashable]) -> None:
        if self.transaction is None:
            return
        await self.turns.take(self.transaction, keys)
        if self.transaction.read_time is None:
            self.transaction.read_time = self.database.now()


def reading(database: Database, turns: Turns, request: Message) -> Reading:
    """Read the consistency_selector of a request. Raises INVALID_ARGUMENT."""
    selected = request.WhichOneof("consistency_selector")
    if selected == "transaction":
        transaction = database.transactions.get(request.transaction, database.now())
        return Reading(database=database, turns=turns, transaction=transaction)
    if selected == "new_transaction":
        transaction = begin(database, request.new_transaction)
        return Reading(database=database, turns=turns, transaction=transaction, begun=True)
    if selected == "read_time":
        time = database.check_time(read_time(request.read_time))
        return Reading(database=database, turns=turns, time=time)
    return Reading(database=database, turns=turns)


def begin(database: Database, options: Message) -> Transaction:
    """Begin a transaction by TransactionOptions, which default to read-write."""
    time: int | None = None
    read_only = options.WhichOneof("mode") == "read_only"
    if read_only and options.read_only.WhichOneof("consistency_selector") == "read_time":
        time = database.check_time(read_time(options.read_only.read_time))
    retry_of: bytes = options.read_write.retry_transaction
    if read_only and retry_of:
        raise invalid("A read-only transaction cannot retry another.")
    return database.transactions.begin(
        database.now(), read_only=read_only, read_time=time, retry_of=retry_of
    )


def _versions(found: Found) -> list[tuple[Path, int]]:
    return [(document.path, document.update_time) for document in found.documents]
