"""One database: commits, reads at a time or in a transaction, and who is told of changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulators.firestore.core.document import MAX_DOCUMENT_BYTES, Document
from emulators.firestore.core.history import MAX_AGE_US, MAX_VERSIONS, History
from emulators.firestore.core.names import DatabaseName, Path
from emulators.firestore.core.store import Scope, Store, scopes_of
from emulators.firestore.core.transactions import Transaction, Transactions
from emulators.firestore.core.write import Write, WriteResult, apply_write
from emulators.firestore.errors import Code, FirestoreError, invalid

MAX_TRANSFORMS_PER_DOCUMENT = 500
MAX_CLOCK_SKEW_US = 1_000_000

Notify = Callable[[Sequence[Path]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be made smaller for tests."""

    document_bytes: int = MAX_DOCUMENT_BYTES
    writes_per_commit: int = 500
    past_versions: int = MAX_VERSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """`time` in microseconds."""

    time: int
    results: tuple[WriteResult, ...]


class Database:
    """All calls run to their end without a pause, one after another."""

    def __init__(
        self,
        name: DatabaseName,
        *,
        clock: Callable[[], int],
        new_id: Callable[[], bytes],
        limits: Limits,
    ) -> None:
        self.name = name
        self.limits = limits
        self.transactions = Transactions(new_id)
        self._clock = clock
        self._last_commit = 0
        self._watchers: dict[Scope, dict[Notify, None]] = {}
        self.store = Store(History(limits.past_versions))

    def now(self) -> int:
        """Microseconds; never before the last commit."""
        return max(self._clock(), self._last_commit)

    def commit(self, writes: Sequence[Write], transaction_id: bytes = b"") -> Committed:
        """All writes or none. Raises ABORTED if what the transaction read has changed."""
        if len(writes) > self.limits.writes_per_commit:
            raise invalid(
                f"maximum {self.limits.writes_per_commit} writes allowed per request, "
                f"found {len(writes)}"
            )
        if transaction_id:
            self._judge(self.transactions.get(transaction_id, self.now()), writes)
        time = max(self._clock(), self._last_commit + 1)
        changed: dict[Path, Document | None] = {}
        results = []
        transforms: dict[Path, int] = {}
        for write in writes:
            _count_transforms(write, transforms)
            before = changed[write.path] if write.path in changed else self.store.get(write.path)
            after, result = apply_write(write, before, time, self.limits.document_bytes)
            changed[write.path] = after
            results.append(result)
        self._store(changed, time)
        if transaction_id:
            self.transactions.end(transaction_id)
        return Committed(time=time, results=tuple(results))

    def read(
        self, path: Path, transaction: Transaction | None, time: int | None
    ) -> Document | None:
        """A document as of `time`, as of the transaction, or now."""
        if transaction is None:
            return self.store.get(path) if time is None else self.store.get_at(path, time)
        assert transaction.read_time is not None
        document = self.store.get_at(path, transaction.read_time)
        if not transaction.read_only:
            transaction.documents[path] = None if document is None else document.update_time
        return document

    def check_time(self, time: int) -> int:
        """A read_time that can be answered: not in the future, not more than an hour old."""
        now = self.now()
        if time > now + MAX_CLOCK_SKEW_US:
            raise invalid(f"read_time ({time} us) cannot be in the future (now {now} us).")
        if time < now - MAX_AGE_US:
            raise FirestoreError(
                Code.FAILED_PRECONDITION, "read_time is more than an hour in the past."
            )
        self.store.history.check_readable(time)
        return min(time, now)

    def load(self, documents: Sequence[Document]) -> None:
        """Import documents with the times that they have."""
        changed: dict[Path, Document | None] = {each.path: each for each in documents}
        self._store(changed, max(self._clock(), self._last_commit + 1))

    def clear(self) -> None:
        """Delete every document."""
        paths = [document.path for document in self.store.documents(Scope((), everywhere=True))]
        self._store(dict.fromkeys(paths), max(self._clock(), self._last_commit + 1))

    def watch(self, scope: Scope, notify: Notify) -> None:
        """Tell of every change within the scope, by the paths that changed."""
        self._watchers.setdefault(scope, {})[notify] = None

    def unwatch(self, scope: Scope, notify: Notify) -> None:
        """The opposite of `watch`."""
        watchers = self._watchers.get(scope, {})
        watchers.pop(notify, None)
        if not watchers:
            self._watchers.pop(scope, None)

    def _store(self, changed: dict[Path, Document | None], time: int) -> None:
        told: dict[Notify, list[Path]] = {}
        for path, after in changed.items():
            if after is self.store.get(path):
                continue
            self.store.put(path, after, time)
            for scope in (*scopes_of(path), Scope(path)):
                for notify in self._watchers.get(scope, ()):
                    told.setdefault(notify, []).append(path)
        self._last_commit = time
        for notify, paths in told.items():
            notify(paths)

    def _judge(self, transaction: Transaction, writes: Sequence[Write]) -> None:
        if transaction.read_only:
            if writes:
                raise invalid("Cannot modify entities in a read-only transaction.")
            return
        for path, update_time in transaction.documents.items():
            current = self.store.get(path)
            if (None if current is None else current.update_time) != update_time:
                self._abort(transaction)
        if not all(unchanged() for unchanged in transaction.queries):
            self._abort(transaction)

    def _abort(self, transaction: Transaction) -> None:
        self.transactions.end(transaction.id)
        raise FirestoreError(
            Code.ABORTED, "Too much contention on these documents. Please try again."
        )


def _count_transforms(write: Write, counts: dict[Path, int]) -> None:
    transforms = getattr(write, "transforms", ())
    counts[write.path] = counts.get(write.path, 0) + len(transforms)
    if counts[write.path] > MAX_TRANSFORMS_PER_DOCUMENT:
        raise invalid(
            f"At most {MAX_TRANSFORMS_PER_DOCUMENT} transforms of one document per commit."
        )
