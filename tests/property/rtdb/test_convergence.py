"""However writes and listens interleave, every listener's copy equals the database's value."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emulators.rtdb.core.changes import Change
from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.core.write import merge, replace
from emulators.rtdb.http.sse import change_frame, first_frame
from emulators.rtdb.options import Limits
from emulators.rtdb.query.select import select
from emulators.rtdb.query.spec import CHILD, KEY, VALUE, Bound, Index, Query
from emulators.rtdb.tree.node import get
from emulators.rtdb.tree.order import FIRST_KEY, LAST_KEY, value_order
from emulators.rtdb.tree.to_json import export
from tests.property.rtdb.model import KEYS, PATHS, VALUES, clash, pruned, written

BOUNDS = st.one_of(st.none(), st.integers(-5, 5), st.booleans(), st.text(max_size=2))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    kind = draw(st.sampled_from([VALUE, CHILD]))
    low, high = draw(BOUNDS), draw(BOUNDS)
    return Query(
        index=Index(kind=kind, path=("a",) if kind == CHILD else ()),
        start=draw(
            st.sampled_from([None, bound(low, FIRST_KEY, True), bound(low, LAST_KEY, False)])
        ),
        end=draw(st.sampled_from([None, bound(high, LAST_KEY, True)])),
        limit=draw(st.one_of(st.none(), st.integers(1, 3))),
        from_last=draw(st.booleans()),
    )


def bound(value: Any, key: Any, inclusive: bool) -> Bound:
    return Bound(order=(value_order(value), key), inclusive=inclusive, value=value)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), PATHS, VALUES),
        st.tuples(st.just("merge"), PATHS, st.dictionaries(PATHS.filter(bool), VALUES, max_size=3)),
        st.tuples(st.just("listen"), PATHS, st.just(None)),
        st.tuples(st.just("query"), PATHS, queries()),
        st.tuples(st.just("key"), PATHS, KEYS),
    ),
    max_size=14,
)


class Copy:
    """A listener that applies what it hears to a plain value, as a client does."""

    def __init__(self, database: Database, watch: Watch) -> None:
        self.database, self.watch = database, watch
        self.value: Any = None
        self.stream: Any = None

    def begin(self, first: Any) -> None:
        self.value = export(first)
        self.stream = stream_value(json.loads(first_frame(first).split(b"data: ")[1])["data"])

    def changed(self, _watch: Watch, change: Change) -> None:
        for path, node in self._values(change):
            self.value = written(self.value, path, export(node))
        event = json.loads(change_frame(change).split(b"data: ")[1])
        base = tuple(key for key in event["path"].split("/") if key)
        values = event["data"] if change.merge else {"": event["data"]}
        for path, value in (values or {}).items():
            keys = tuple(key for key in path.split("/") if key)
            self.stream = written(self.stream, base + keys, stream_value(value))

    def revoked(self, _watch: Watch) -> None:
        raise AssertionError("nothing is refused here")

    def credential_expired(self, _watch: Watch) -> None:
        raise AssertionError("nothing expires here")

    def check(self) -> None:
        node = get(self.database.tree, self.watch.path)
        if self.watch.query is not None:
            node = select(node, self.watch.query)
        assert self.value == export(node)
        assert self.stream == export(node)

    @staticmethod
    def _values(change: Change) -> list[tuple[Any, Any]]:
        if not change.merge:
            return [(change.path, change.value)]
        return [(change.path + path, node) for path, node in change.values.items()]


def stream_value(value: Any) -> Any:
    """Lists back to objects by index, as a client that keeps objects does."""
    if isinstance(value, list):
        return pruned({str(index): stream_value(item) for index, item in enumerate(value)})
    if isinstance(value, dict):
        return {key: stream_value(item) for key, item in value.items()}
    return value


def listen(database: Database, path: tuple[str, ...], query: Query | None) -> Copy:
    copies: list[Copy] = []

    class Late:
        """Hands on to the copy, which needs the watch that needs a listener."""

        def changed(self, watch: Watch, change: Change) -> None:
            copies[0].changed(watch, change)

        def revoked(self, watch: Watch) -> None:
            copies[0].revoked(watch)

        def credential_expired(self, watch: Watch) -> None:
            copies[0].credential_expired(watch)

    watch = Watch(path, query, ADMIN, Late())
    copies.append(Copy(database, watch))
    copies[0].begin(database.watch(watch))
    return copies[0]


@given(STEPS)
def test_every_copy_converges(steps: list[Any]) -> None:
    database = Database("p", limits=Limits(), clock=lambda: 1)
    copies: list[Copy] = []
    for kind, path, argument in steps:
        if kind == "put":
            database.write(replace(path, argument), ADMIN)
        elif kind == "merge":
            if not clash(list(argument)):
                values = {"/".join(keys): value for keys, value in argument.items()}
                database.write(merge(path, values), ADMIN)
        elif kind == "key":
            query = Query(index=Index(kind=KEY), limit=2, from_last=argument > "b")
            copies.append(listen(database, path, query))
        else:
            copies.append(listen(database, path, argument))
        for copy in copies:
            copy.check()
