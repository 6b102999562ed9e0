"""Stores, histories, trees and transactions without a server."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from emulators.firestore.core.database import Database, Limits
from emulators.firestore.core.history import MAX_AGE_US
from emulators.firestore.core.index import Column
from emulators.firestore.core.names import DatabaseName
from emulators.firestore.core.store import Scope
from emulators.firestore.core.transactions import IDLE_LIMIT_US, MAX_OPEN, TIME_LIMIT_US
from emulators.firestore.core.tree import Tree
from emulators.firestore.core.write import Delete, SetFields
from emulators.firestore.errors import Code, FirestoreError

NAME = DatabaseName("p", "(default)")


class Clock:
    """A time in microseconds that tests move."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(clock: Clock) -> Callable[..., Database]:
    def make_one(limits: Limits | None = None) -> Database:
        numbers = count(1)
        return Database(
            NAME, clock=clock, new_id=lambda: b"%d" % next(numbers), limits=limits or Limits()
        )

    return make_one


def put(database: Database, name: str, n: int) -> int:
    return database.commit([SetFields(path=tuple(name.split("/")), fields={"n": n})]).time


def test_commit_times_rise_while_the_clock_stands(make: Callable[..., Database]) -> None:
    database = make()
    times = [put(database, "a/b", n) for n in range(3)]
    assert times == [1_000_000, 1_000_001, 1_000_002]


def test_every_version_is_found_at_its_time(make: Callable[..., Database], clock: Clock) -> None:
    database = make()
    path = ("a", "b")
    times = []
    for n in range(4):
        clock.now += 10
        times.append(put(database, "a/b", n))
    clock.now += 10
    gone = database.commit([Delete(path=path)]).time
    for n, time in enumerate(times):
        for moment in (time, time + 9):
            document = database.read(path, None, moment)
            assert document is not None
            assert document.fields == {"n": n}
    assert database.read(path, None, times[0] - 1) is None
    assert database.read(path, None, gone) is None


def test_past_versions_are_bounded_by_number_and_age(
    make: Callable[..., Database], clock: Clock
) -> None:
    database = make(Limits(past_versions=3))
    times = [put(database, "a/b", n) for n in range(6)]
    database.check_time(times[-2])
    with pytest.raises(FirestoreError) as caught:
        database.check_time(times[0])
    assert caught.value.code is Code.FAILED_PRECONDITION
    clock.now += MAX_AGE_US + 1_000
    put(database, "a/b", 9)
    assert list(database.store.history.paths_in(("a",))) == [("a", "b")]
    put(database, "x/y", 1)
    database.store.history.record(("x", "y"), clock.now + 2 * MAX_AGE_US, None)
    assert list(database.store.history.paths_in(("a",))) == []


def test_a_write_costs_only_the_indexes_of_its_collection(make: Callable[..., Database]) -> None:
    database = make()
    for n in range(5):
        put(database, f"a/{n}", n)
        put(database, f"u/1/a/{n}", n)
    columns = (Column(("n",)), Column(("__name__",)))
    near = database.store.index(Scope(("a",)), columns)
    group = database.store.index(Scope(("a",), everywhere=True), columns)
    assert (len(near), len(group)) == (5, 10)
    put(database, "u/1/a/9", 9)
    put(database, "other/9", 9)
    assert (len(near), len(group)) == (5, 11)
    assert database.store.index(Scope(("a",)), columns) is near


def test_a_tree_forgets_what_is_empty() -> None:
    tree = Tree()
    for name in ("a/1/b/2", "a/1", "c/3"):
        tree.add(tuple(name.split("/")))
    assert tree.below(()) == ["a", "c"]
    assert tree.below(("a", "1")) == ["b"]
    tree.remove(("a", "1"))
    assert tree.below(("a",)) == ["1"]
    tree.remove(("a", "1", "b", "2"))
    assert (tree.below(()), tree.below(("a",))) == (["c"], [])


@pytest.mark.parametrize("wait_us", [IDLE_LIMIT_US + 1, TIME_LIMIT_US + 1])
def test_a_transaction_expires(make: Callable[..., Database], clock: Clock, wait_us: int) -> None:
    database = make()
    transaction = database.transactions.begin(
        database.now(), read_only=False, read_time=None, retry_of=b""
    )
    ended_at = clock.now + wait_us
    while clock.now + IDLE_LIMIT_US < ended_at and wait_us > TIME_LIMIT_US:
        clock.now += IDLE_LIMIT_US - 1
        database.transactions.get(transaction.id, database.now())
    clock.now = ended_at
    with pytest.raises(FirestoreError, match="no longer valid"):
        database.commit([], transaction.id)
    database.transactions.roll_back(transaction.id)


def test_open_transactions_are_bounded_and_abandoned_ones_make_room(
    make: Callable[..., Database], clock: Clock
) -> None:
    database = make()

    def begin() -> None:
        database.transactions.begin(clock(), read_only=True, read_time=None, retry_of=b"")

    for _ in range(MAX_OPEN):
        begin()
    with pytest.raises(FirestoreError) as caught:
        begin()
    assert caught.value.code is Code.RESOURCE_EXHAUSTED
    clock.now += IDLE_LIMIT_US + 1
    begin()


def test_unknown_transactions_are_refused(make: Callable[..., Database]) -> None:
    database = make()
    for attempt in (
        lambda: database.commit([], b"unknown"),
        lambda: database.transactions.roll_back(b"unknown"),
        lambda: database.transactions.begin(1, read_only=False, read_time=None, retry_of=b"x"),
    ):
        with pytest.raises(FirestoreError) as caught:
            attempt()
        assert caught.value.code is Code.INVALID_ARGUMENT


def test_watchers_hear_of_their_scope_only(make: Callable[..., Database]) -> None:
    database = make()
    heard: list[tuple[str, ...]] = []
    database.watch(Scope(("a",)), heard.extend)
    put(database, "a/1", 1)
    put(database, "b/1", 1)
    put(database, "a/1", 1)
    database.commit([Delete(path=("a", "2"))])
    assert heard == [("a", "1")]


def test_the_limits_can_be_small(make: Callable[..., Database]) -> None:
    database = make(Limits(document_bytes=62, writes_per_commit=1))
    put(database, "a/b", 1)
    with pytest.raises(FirestoreError, match="exceeds the maximum"):
        database.commit([SetFields(path=("a", "b"), fields={"text": "long enough"})])
    with pytest.raises(FirestoreError, match="maximum 1 writes"):
        database.commit([Delete(path=("a", "b"))] * 2)
