"""One namespace: the tree, its rules and its watches. Every step is synchronous, so a write is
decided, committed and told to its watchers before anything else happens.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from emulators.rtdb.core.changes import Commit
from emulators.rtdb.core.denials import Denials
from emulators.rtdb.core.principal import Principal
from emulators.rtdb.core.watch import Watch, Watches
from emulators.rtdb.core.write import Write, apply
from emulators.rtdb.errors import ConflictError, PermissionDeniedError, RequestError
from emulators.rtdb.options import Limits
from emulators.rtdb.query.select import select
from emulators.rtdb.query.spec import Query
from emulators.rtdb.rules.decision import PLAIN_READ, Asker, Verdict, indexes, may_read, may_write
from emulators.rtdb.rules.tree import RuleNode, compile_rules
from emulators.rtdb.tree.from_json import Bounds
from emulators.rtdb.tree.hash import node_hash
from emulators.rtdb.tree.node import Node, get
from emulators.rtdb.tree.path import Path, show

OPEN_RULES = '{\n  "rules": {\n    ".read": true,\n    ".write": true\n  }\n}\n'

OnCommit = Callable[["Database", Commit, Principal], None]


def system_clock_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


class Database:
    """Reads and writes by the rules; `on_commit` hears of every write that wants triggers."""

    def __init__(
        self,
        name: str,
        *,
        limits: Limits,
        on_commit: OnCommit | None = None,
        clock: Callable[[], int] = system_clock_ms,
    ) -> None:
        self.name = name
        self.tree: Node | None = None
        self.rules_text = OPEN_RULES
        self.rules: RuleNode = compile_rules(OPEN_RULES)
        self.watches = Watches()
        self.denials = Denials(name, limits.denials_kept)
        self.limits = limits
        self._bounds = Bounds(
            key_bytes=limits.key_bytes, string_bytes=limits.string_bytes, depth=limits.depth
        )
        self._on_commit = on_commit
        self._clock = clock

    def now_ms(self) -> int:
        return self._clock()

    def read(self, path: Path, who: Principal, query: Query | None = None) -> Node | None:
        """The node (or the query's part of it); PermissionDeniedError if the rules refuse."""
        self._require_read(path, who, query)
        node = get(self.tree, path)
        return node if query is None else select(node, query)

    def write(
        self,
        write: Write,
        who: Principal,
        *,
        expected: Callable[[Node | None], bool] | None = None,
        triggers: bool = True,
    ) -> Commit:
        """Do it or raise: ConflictError if the node at `write.base` is not as `expected`,
        PermissionDeniedError if the rules refuse, RequestError if the data cannot be stored.
        """
        if expected is not None and not expected(get(self.tree, write.base)):
            raise ConflictError
        now = self._clock()
        commit = apply(write, self.tree, now, self._bounds)
        if not who.admin:
            self._require_write(commit, who, now)
        self.tree = commit.after
        self.watches.notify(commit, self._still_readable)
        if triggers and self._on_commit is not None:
            self._on_commit(self, commit, who)
        return commit

    def watch(self, watch: Watch) -> Node | None:
        """Start a watch; its first value. PermissionDeniedError if the rules refuse."""
        verdict = self._require_read(watch.path, watch.principal, watch.query)
        return self.watches.add(watch, verdict.looked_at, self.tree)

    def unwatch(self, watch: Watch) -> None:
        self.watches.remove(watch)

    def recheck(self, watches: list[Watch]) -> None:
        """End those watches whose (perhaps renewed) principal may not read."""
        self.watches.recheck(watches, self._still_readable)

    def expire_credentials(self, uid: str | None) -> int:
        """Tell the watches of a user (None: of all users) that their token is no longer valid."""
        told = 0
        for watch in self.watches.all():
            who = watch.principal
            if who.uid is not None and uid in (None, who.uid):
                watch.listener.credential_expired(watch)
                told += 1
        return told

    def set_rules(self, text: str) -> None:
        """Replace the rules; RulesRejectedError leaves the old ones. Watches are checked anew."""
        self.rules = compile_rules(text)
        self.rules_text = text
        self.recheck(self.watches.all())

    def has_index(self, path: Path, query: Query) -> bool:
        """Whether `.indexOn` covers the query's order (key and priority need none)."""
        return not query.index.needs_definition or query.index.name in indexes(self.rules, path)

    def require_index(self, path: Path, query: Query) -> None:
        """Refuse a query that REST and one-shot reads do not allow without `.indexOn`."""
        if not self.has_index(path, query):
            raise RequestError(
                f'Index not defined, add ".indexOn": "{query.index.name}", '
                f'for path "{show(path)}", to the rules'
            )

    def etag(self, path: Path) -> str:
        """The tag of the node at a path."""
        return etag_of(get(self.tree, path))

    def _require_read(self, path: Path, who: Principal, query: Query | None) -> Verdict:
        if who.admin:
            return Verdict(allowed=True)
        verdict = self._may_read(path, who, query)
        if not verdict.allowed:
            self.denials.add("read", path, who, verdict, self._clock())
            raise PermissionDeniedError
        return verdict

    def _require_write(self, commit: Commit, who: Principal, now: int) -> None:
        verdict = may_write(
            self.rules,
            commit.paths,
            before=commit.before,
            after=commit.after,
            asker=Asker(auth=who.auth, now_ms=now),
        )
        if not verdict.allowed:
            self.denials.add("write", commit.base, who, verdict, now)
            raise PermissionDeniedError

    def _may_read(self, path: Path, who: Principal, query: Query | None) -> Verdict:
        return may_read(
            self.rules,
            path,
            tree=self.tree,
            asker=Asker(auth=who.auth, now_ms=self._clock()),
            query=PLAIN_READ if query is None else query.variable(),
        )

    def _still_readable(self, watch: Watch) -> frozenset[Path] | None:
        verdict = self._may_read(watch.path, watch.principal, watch.query)
        return verdict.looked_at if verdict.allowed else None


def etag_of(node: Node | None) -> str:
    """The ETag of a node: its hash, or `null_etag` if there is none."""
    return node_hash(node) or "null_etag"
