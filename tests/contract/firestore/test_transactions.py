"""Batches and transactions through the client, which begins, retries and rolls back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from google.api_core import exceptions

THREADS = 20
EACH = 3


def test_a_batch_is_all_or_nothing(db: Any) -> None:
    db.document("a/1").set({"n": 1})
    batch = db.batch()
    batch.update(db.document("a/1"), {"n": 2})
    batch.update(db.document("a/missing"), {"n": 2})
    with pytest.raises(exceptions.NotFound):
        batch.commit()
    assert db.document("a/1").get().to_dict() == {"n": 1}


def test_a_batch_has_one_time_and_at_most_500_writes(db: Any) -> None:
    batch = db.batch()
    for number in range(500):
        batch.set(db.document(f"a/{number}"), {"n": number})
    assert len({result.update_time for result in batch.commit()}) == 1
    batch = db.batch()
    for number in range(501):
        batch.set(db.document(f"a/{number}"), {"n": -1})
    with pytest.raises(exceptions.InvalidArgument, match="500"):
        batch.commit()


def test_twenty_threads_incrementing_lose_nothing(db: Any, firestore: Any) -> None:
    counter = db.document("a/counter")
    counter.set({"n": 0})

    def increment(transaction: Any) -> None:
        n = counter.get(transaction=transaction).get("n")
        transaction.update(counter, {"n": n + 1})

    def work(_: int) -> None:
        for _ in range(EACH):
            firestore.transactional(increment)(db.transaction())

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    assert counter.get().to_dict() == {"n": THREADS * EACH}


def test_transfers_both_ways_between_accounts_keep_their_sum(db: Any, firestore: Any) -> None:
    """Each reads two documents one after the other, in opposite orders."""
    accounts = [db.document(f"accounts/{n}") for n in range(3)]
    for account in accounts:
        account.set({"cents": 1000})

    def move(transaction: Any, source: Any, target: Any) -> None:
        has = source.get(transaction=transaction).get("cents")
        other = target.get(transaction=transaction).get("cents")
        transaction.update(source, {"cents": has - 1})
        transaction.update(target, {"cents": other + 1})

    def work(number: int) -> None:
        source, target = accounts[number % 3], accounts[(number + 1 + number % 2) % 3]
        firestore.transactional(move)(db.transaction(max_attempts=20), source, target)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    assert sum(account.get().get("cents") for account in accounts) == 3000


def test_twenty_threads_creating_by_a_query_create_one(db: Any, firestore: Any) -> None:
    claims = db.collection("claims")

    def claim(transaction: Any, name: str) -> None:
        if not list(claims.where(filter=_filter("receipt", "==", "R1")).stream(transaction)):
            transaction.create(claims.document(name), {"receipt": "R1"})

    with ThreadPoolExecutor(THREADS) as pool:
        list(
            pool.map(
                lambda n: firestore.transactional(claim)(db.transaction(), f"c{n}"), range(THREADS)
            )
        )
    assert len(list(claims.stream())) == 1


def test_the_later_of_two_that_clash_is_aborted(db: Any) -> None:
    document = db.document("a/b")
    document.set({"n": 1})
    first, second = db.transaction(), db.transaction()
    for transaction in (first, second):
        transaction._begin()
        assert next(transaction.get(document)).get("n") == 1
        transaction.update(document, {"n": 2})
    first._commit()
    with pytest.raises(exceptions.Aborted):
        second._commit()
    second._rollback()


def test_a_write_outside_aborts_a_transaction_that_read_the_document(db: Any) -> None:
    document = db.document("a/b")
    transaction = db.transaction()
    transaction._begin()
    assert not next(transaction.get(document)).exists
    document.set({"n": 1})
    transaction.set(db.document("a/other"), {"n": 1})
    with pytest.raises(exceptions.Aborted):
        transaction._commit()
    assert not db.document("a/other").get().exists


def test_a_transaction_reads_one_moment(db: Any) -> None:
    db.document("a/1").set({"n": 1})
    db.document("a/2").set({"n": 1})
    transaction = db.transaction()
    transaction._begin()
    assert next(transaction.get(db.document("a/1"))).get("n") == 1
    db.document("a/2").set({"n": 2})
    db.document("a/3").set({"n": 2})
    assert next(transaction.get(db.document("a/2"))).get("n") == 1
    assert [each.id for each in db.collection("a").stream(transaction)] == ["1", "2"]
    transaction._rollback()


def test_a_new_document_in_a_query_read_aborts(db: Any) -> None:
    transaction = db.transaction()
    transaction._begin()
    query = db.collection("a").where(filter=_filter("kind", "==", "x"))
    assert list(transaction.get(query)) == []
    db.document("a/unrelated").set({"kind": "y"})
    db.document("a/phantom").set({"kind": "x"})
    transaction.set(db.document("b/b"), {"n": 1})
    with pytest.raises(exceptions.Aborted):
        transaction._commit()


def test_an_unrelated_document_of_the_same_collection_does_not_abort(db: Any) -> None:
    transaction = db.transaction()
    transaction._begin()
    assert list(transaction.get(db.collection("a").where(filter=_filter("kind", "==", "x")))) == []
    db.document("a/unrelated").set({"kind": "y"})
    transaction.set(db.document("b/b"), {"n": 1})
    transaction._commit()
    assert db.document("b/b").get().exists


def test_a_read_only_transaction_sees_one_moment_and_writes_nothing(
    db: Any, firestore: Any
) -> None:
    document = db.document("a/b")
    document.set({"n": 1})
    seen = []

    def read(transaction: Any) -> None:
        seen.append(document.get(transaction=transaction).get("n"))
        document.set({"n": 2})
        seen.append(document.get(transaction=transaction).get("n"))
        with pytest.raises(ValueError, match="read-only"):
            transaction.set(document, {"n": 3})

    firestore.transactional(read)(db.transaction(read_only=True))
    assert seen == [1, 1]
    assert document.get().get("n") == 2


def test_an_error_in_the_body_rolls_back(db: Any, firestore: Any) -> None:
    document = db.document("a/b")

    def fail(transaction: Any) -> None:
        document.get(transaction=transaction)
        transaction.set(document, {"n": 1})
        raise RuntimeError("of the body")

    with pytest.raises(RuntimeError, match="of the body"):
        firestore.transactional(fail)(db.transaction())
    assert not document.get().exists


def test_a_failing_precondition_in_a_transaction_writes_nothing(db: Any, firestore: Any) -> None:
    db.document("a/taken").set({})

    def claim(transaction: Any) -> None:
        transaction.set(db.document("a/other"), {"n": 1})
        transaction.create(db.document("a/taken"), {"n": 1})

    with pytest.raises(exceptions.AlreadyExists):
        firestore.transactional(claim)(db.transaction())
    assert not db.document("a/other").get().exists


def test_an_ended_transaction_can_read_no_more(db: Any) -> None:
    transaction = db.transaction()
    transaction._begin()
    ended = transaction._id
    transaction._rollback()
    transaction._id = ended
    with pytest.raises(exceptions.InvalidArgument, match="no longer valid"):
        next(transaction.get(db.document("a/b")))


def test_a_repeated_transaction_goes_before_newcomers(db: Any, firestore: Any) -> None:
    """A newcomer that reads what a repeated one holds waits until that one has committed."""
    document = db.document("a/b")
    document.set({"n": 0})
    attempts = []
    newcomer = threading.Event()

    def slow(transaction: Any) -> None:
        n = document.get(transaction=transaction).get("n")
        attempts.append(n)
        if len(attempts) == 1:
            document.set({"n": 10})
        else:
            newcomer.set()
        transaction.update(document, {"n": n + 1})

    def add(transaction: Any) -> None:
        n = document.get(transaction=transaction).get("n")
        transaction.update(document, {"n": n + 1})

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(firestore.transactional(slow), db.transaction())
        assert newcomer.wait(5)
        firestore.transactional(add)(db.transaction())
        running.result(5)
    assert attempts == [0, 10]
    assert document.get().get("n") == 12


def _filter(*words: Any) -> Any:
    from google.cloud.firestore import FieldFilter  # noqa: PLC0415

    return FieldFilter(*words)
