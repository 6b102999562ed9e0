"""Firestore that does not answer is told within the limit, whatever is asked of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from lipamita.adapters import firestore_client
from lipamita.adapters.firestore_client import MAX_TRIES, asked, transacted
from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.domain.errors import BusyError
from lipamita.domain.ids import TransactionId
from lipamita.domain.ledger import NO_TOTALS
from lipamita.domain.payment_entries import received
from lipamita.domain.units import Kes
from lipamita.use_cases.record_ports import PaymentsBy

from tests.unit.lipamita.adapters.live_firestore import fresh_project, live_firestore
from tests.unit.lipamita.domain.samples import NOW, RECEIPT

LIMIT_S = 0.3
BELOW_THE_LIBRARYS_OWN_LIMITS_S = 30  # which are 60 and 300
CALLS: dict[str, Callable[[FirestoreRecord], object]] = {
    "a commit": lambda record: record.write([received(RECEIPT, Kes(1), at_ms=NOW)], (), now_ms=NOW),
    "a document": lambda record: record.read_entry("x"),
    "many documents": lambda record: record.totals_of("2026-11-21"),
    "a page": lambda record: record.payments_of(PaymentsBy.USER, "x", before=None, limit=5),
    "a removal": lambda record: record.forget_payments(TransactionId("-Of"), limit=5),
}


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Firestore that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"{host}:{port}")
        monkeypatch.setattr(firestore_client, "CALL_TIMEOUT_S", LIMIT_S)
        monkeypatch.setattr(firestore_client, "_CLIENTS", {})
        yield


@pytest.mark.parametrize("name", CALLS)
def test_silence_is_told_within_the_limit(nobody: None, name: str) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(CALLS[name], FirestoreRecord("demo-silent"))
        with pytest.raises(BusyError, match="cannot be reached"):
            answer.result(BELOW_THE_LIBRARYS_OWN_LIMITS_S)


def test_a_commit_that_others_always_beat_is_told_as_busy_after_its_tries() -> None:
    with live_firestore():
        document = (client := firestore_client.firestore_client(fresh_project())).document("a/b")
        tries: list[object] = []

        def beaten(transaction: Any) -> None:
            seen = document.get(transaction=transaction).to_dict()
            document.set({"others": len(tries)})  # somebody else, in between
            tries.append(seen)
            transaction.set(document, {"mine": True})

        with pytest.raises(BusyError):
            transacted(client, beaten)
        assert len(tries) == MAX_TRIES
        assert asked(document.get).to_dict() == {"others": MAX_TRIES - 1}


def test_an_answer_comes_through_the_limits() -> None:
    with live_firestore():
        assert FirestoreRecord(fresh_project()).totals_of("2026-11-21") == NO_TOTALS
