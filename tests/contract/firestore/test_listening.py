"""on_snapshot through the client, and the stream itself for resuming and errors."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

LIMIT_S = 5.0
CALL = "/google.firestore.v1.Firestore/Listen"


class Snapshots:
    """What a listener's callback was given, in order."""

    def __init__(self) -> None:
        self._seen: queue.Queue[tuple[list[str], list[tuple[str, str]]]] = queue.Queue()

    def __call__(self, documents: Any, changes: Any, _: Any) -> None:
        named = [(change.type.name, change.document.id) for change in changes]
        self._seen.put(([each.id for each in documents], named))

    def next(self) -> tuple[list[str], list[tuple[str, str]]]:
        return self._seen.get(timeout=LIMIT_S)


@pytest.fixture
def snapshots() -> Snapshots:
    return Snapshots()


@pytest.fixture
def listen(snapshots: Snapshots) -> Iterator[Callable[[Any], None]]:
    watches = []
    yield lambda target: watches.append(target.on_snapshot(snapshots))
    for watch in watches:
        watch.unsubscribe()


def test_a_document_appears_changes_and_goes(db: Any, listen: Any, snapshots: Snapshots) -> None:
    document = db.document("a/b")
    listen(document)
    assert snapshots.next() == ([], [])
    document.set({"n": 1})
    assert snapshots.next() == (["b"], [("ADDED", "b")])
    document.update({"n": 2})
    assert snapshots.next() == (["b"], [("MODIFIED", "b")])
    document.delete()
    assert snapshots.next() == ([], [("REMOVED", "b")])


def test_a_query_follows_what_enters_and_leaves_it(
    db: Any, listen: Any, snapshots: Snapshots, firestore: Any
) -> None:
    for number in range(3):
        db.document(f"a/{number}").set({"n": number})
    query = db.collection("a").where(filter=firestore.FieldFilter("n", ">=", 1)).order_by("n")
    listen(query)
    assert snapshots.next() == (["1", "2"], [("ADDED", "1"), ("ADDED", "2")])
    db.document("a/0").set({"n": 9})
    assert snapshots.next() == (["1", "2", "0"], [("ADDED", "0")])
    db.document("a/1").update({"n": 0})
    assert snapshots.next() == (["2", "0"], [("REMOVED", "1")])
    db.document("a/2").delete()
    assert snapshots.next() == (["0"], [("REMOVED", "2")])


def test_a_limited_query_fills_up_again(db: Any, listen: Any, snapshots: Snapshots) -> None:
    for number in range(3):
        db.document(f"a/{number}").set({"n": number})
    listen(db.collection("a").order_by("n").limit(2))
    assert snapshots.next()[0] == ["0", "1"]
    db.document("a/0").delete()
    assert snapshots.next() == (["1", "2"], [("REMOVED", "0"), ("ADDED", "2")])


def test_a_batch_is_one_snapshot(db: Any, listen: Any, snapshots: Snapshots) -> None:
    listen(db.collection_group("leaves"))
    assert snapshots.next() == ([], [])
    batch = db.batch()
    for name in ("a/1/leaves/x", "b/1/leaves/y", "other/z"):
        batch.set(db.document(name), {"n": 1})
    batch.commit()
    documents, changes = snapshots.next()
    assert sorted(documents) == ["x", "y"]
    assert len(changes) == 2


class Stream:
    """A Listen stream by hand."""

    def __init__(self, emulator: Any, database: str) -> None:
        from google.cloud.firestore_v1.types import firestore  # noqa: PLC0415

        self.types = firestore
        self._database = database
        self._channel = grpc.insecure_channel(emulator.address)
        self._requests: queue.Queue[bytes | None] = queue.Queue()
        call = self._channel.stream_stream(CALL)
        self.answers = call(iter(self._requests.get, None), timeout=LIMIT_S)

    def send(self, **fields: Any) -> None:
        request = self.types.ListenRequest(database=self._database, **fields)
        self._requests.put(self.types.ListenRequest.serialize(request))

    def next(self) -> Any:
        return self.types.ListenResponse.deserialize(next(self.answers))

    def until_consistent(self) -> tuple[list[str], bytes]:
        """What came, in short, and the resume token."""
        seen = []
        while True:
            answer = self.next()
            change = answer.target_change
            if "target_change" not in answer:
                seen.append(_in_short(answer))
            elif change.target_ids:
                seen.append(change.target_change_type.name)
            else:
                return seen, change.resume_token

    def close(self) -> None:
        self._requests.put(None)
        self._channel.close()


def _in_short(answer: Any) -> str:
    if "document_change" in answer:
        return f"changed {answer.document_change.document.name.rpartition('/')[2]}"
    if "document_delete" in answer:
        return f"deleted {answer.document_delete.document.rpartition('/')[2]}"
    return f"removed {answer.document_remove.document.rpartition('/')[2]}"


@pytest.fixture
def stream(emulator: Any, db: Any) -> Iterator[Callable[[], Stream]]:
    opened: list[Stream] = []

    def open_one() -> Stream:
        opened.append(Stream(emulator, db._database_string))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def query_target(db: Any, query: Any, **fields: Any) -> dict[str, Any]:
    parent = f"{db._database_string}/documents"
    target = {"parent": parent, "structured_query": query._to_protobuf()}
    return {"add_target": {"target_id": 7, "query": target, **fields}}


def test_a_stream_resumes_where_it_stopped(db: Any, stream: Callable[[], Stream]) -> None:
    from google.cloud.firestore import FieldFilter  # noqa: PLC0415

    query = db.collection("a").where(filter=FieldFilter("n", ">", 0))
    for number in range(1, 5):
        db.document(f"a/{number}").set({"n": number})
    first = stream()
    first.send(**query_target(db, query))
    seen, token = first.until_consistent()
    assert seen == ["ADD", *(f"changed {n}" for n in range(1, 5)), "CURRENT"]
    first.close()
    db.document("a/1").delete()
    db.document("a/2").set({"n": 0})
    db.document("a/3").set({"n": 30})
    db.document("a/5").set({"n": 5})
    second = stream()
    second.send(**query_target(db, query, resume_token=token))
    seen, _ = second.until_consistent()
    assert seen[0] == "ADD"
    assert sorted(seen[1:-1]) == ["changed 3", "changed 5", "deleted 1", "removed 2"]
    assert seen[-1] == "CURRENT"


def test_an_unknown_resume_token_resets(db: Any, stream: Callable[[], Stream]) -> None:
    db.document("a/1").set({"n": 1})
    one = stream()
    one.send(**query_target(db, db.collection("a").order_by("n"), resume_token=b"of another run"))
    assert one.until_consistent()[0] == ["ADD", "RESET", "changed 1", "CURRENT"]


def test_targets_come_and_go(db: Any, stream: Callable[[], Stream]) -> None:
    one = stream()
    names = [f"{db._database_string}/documents/a/{n}" for n in (1, 2)]
    db.document("a/1").set({"n": 1})
    one.send(add_target={"target_id": 3, "documents": {"documents": names}})
    assert one.until_consistent()[0] == ["ADD", "changed 1", "deleted 2", "CURRENT"]
    one.send(**query_target(db, db.collection("a").order_by("n")))
    assert one.until_consistent()[0] == ["ADD", "changed 1", "CURRENT"]
    one.send(remove_target=3)
    assert one.until_consistent()[0] == ["REMOVE"]
    db.document("a/1").delete()
    assert one.until_consistent()[0] == ["deleted 1"]


def test_a_target_that_is_refused_leaves_the_stream_alive(
    db: Any, stream: Callable[[], Stream]
) -> None:
    from google.cloud.firestore import FieldFilter  # noqa: PLC0415

    one = stream()
    needs_index = db.collection("a").where(filter=FieldFilter("x", "==", 1)).order_by("y")
    one.send(**query_target(db, needs_index))
    change = one.next().target_change
    assert change.target_change_type.name == "REMOVE"
    assert change.cause.code == 9
    assert "requires an index" in change.cause.message
    one.send(**query_target(db, db.collection("a").limit(5)))
    assert one.until_consistent()[0] == ["ADD", "CURRENT"]
