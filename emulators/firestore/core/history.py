"""Past versions of documents, for reads of an earlier time. Bounded by age and number."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from emulators.firestore.core.document import Document
from emulators.firestore.core.names import Path
from emulators.firestore.errors import Code, FirestoreError

MAX_AGE_US = 60 * 60 * 1_000_000
MAX_VERSIONS = 100_000


class History:
    """What documents were before their latest version; None where there was none."""

    def __init__(self, max_versions: int = MAX_VERSIONS) -> None:
        self._max_versions = max_versions
        self._past: dict[Path, list[tuple[int, Document | None]]] = {}
        self._paths_by_parent: dict[Path, set[Path]] = {}
        self._order: deque[tuple[int, Path]] = deque()
        self._forgotten_until = 0

    def record(self, path: Path, until: int, before: Document | None) -> None:
        """The version `before` ended at `until`, which never falls."""
        versions = self._past.get(path)
        if versions is None:
            versions = self._past[path] = []
            self._paths_by_parent.setdefault(path[:-1], set()).add(path)
        versions.append((until, before))
        self._order.append((until, path))
        while len(self._order) > self._max_versions or self._order[0][0] < until - MAX_AGE_US:
            self._forget_oldest()

    def at(self, path: Path, time: int, current: Document | None) -> Document | None:
        """The version that held at `time`."""
        versions = self._past.get(path)
        if not versions or versions[-1][0] <= time:
            return current
        return versions[bisect_right(versions, time, key=lambda version: version[0])][1]

    def paths_in(self, collection: Path) -> Iterator[Path]:
        """Documents of the collection that had another version lately."""
        yield from self._paths_by_parent.get(collection, ())

    def collections(self) -> Iterator[Path]:
        """Collections with documents that had another version lately."""
        yield from self._paths_by_parent

    def check_readable(self, time: int) -> None:
        """Refuse a time that is no longer known. Raises FAILED_PRECONDITION."""
        if time < self._forgotten_until:
            raise FirestoreError(
                Code.FAILED_PRECONDITION,
                f"The requested 'read_time' ({time} us) is too old: known since "
                f"{self._forgotten_until} us.",
            )

    def _forget_oldest(self) -> None:
        until, path = self._order.popleft()
        self._forgotten_until = until
        versions = self._past[path]
        del versions[0]
        if not versions:
            del self._past[path]
            siblings = self._paths_by_parent[path[:-1]]
            siblings.discard(path)
            if not siblings:
                del self._paths_by_parent[path[:-1]]
