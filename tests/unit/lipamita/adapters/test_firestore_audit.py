"""The chain in Firestore: whole under many writers, and read back as it was written."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from lipamita.adapters import firestore_client
from lipamita.adapters.firestore_audit import FirestoreAudit
from lipamita.domain.audit import EMPTY, AuditEntry, Phase, faults
from lipamita.domain.errors import BusyError
from lipamita.domain.units import Millis

from tests.unit.lipamita.adapters.live_firestore import live_firestore

ENTRY = AuditEntry(
    phase=Phase.INTENT,
    at_ms=Millis(1_795_000_000_000),
    actor="admin-hope",
    role="admin",
    remote_address="10.0.0.1",
    action="change_role",
    target="staff/operator-grace",
    request='{"role":"operator"}',
    before='{"staff/operator-grace":null}',
)
WRITERS = 4
EACH = 3
_PROJECTS = itertools.count(1)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with live_firestore() as address:
        yield address


@pytest.fixture
def trail(address: str, monkeypatch: pytest.MonkeyPatch) -> FirestoreAudit:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", address)
    return FirestoreAudit(f"demo-audit-{next(_PROJECTS)}")


def test_what_was_appended_is_read_back_in_both_directions(trail: FirestoreAudit) -> None:
    assert trail.head() == EMPTY
    first = trail.append(ENTRY)
    outcome = replace(ENTRY, phase=Phase.OUTCOME, result="done", intent_seq=1, request=None)
    second = trail.append(outcome)
    assert [first.seq, second.seq] == [1, 2]
    assert trail.walk(after_seq=0, limit=10) == [first, second]
    assert trail.walk(after_seq=1, limit=10) == [second]
    assert trail.page(before_seq=None, target=None, limit=10) == [second, first]
    assert trail.page(before_seq=2, target=None, limit=10) == [first]


def test_one_targets_entries_are_found_by_an_index(trail: FirestoreAudit) -> None:
    mine = [trail.append(ENTRY), trail.append(ENTRY)]
    trail.append(replace(ENTRY, target="meters/MTR-001"))
    assert trail.page(before_seq=None, target=ENTRY.target, limit=10) == mine[::-1]
    assert trail.page(before_seq=2, target=ENTRY.target, limit=10) == mine[:1]


def test_many_writers_make_one_chain(trail: FirestoreAudit) -> None:
    def write(number: int) -> None:
        for _ in range(EACH):
            trail.append(replace(ENTRY, actor=f"operator-{number}"))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    records = trail.walk(after_seq=0, limit=100)
    assert [record.seq for record in records] == list(range(1, WRITERS * EACH + 1))
    assert list(faults(records, EMPTY, trail.head())) == []


def test_while_firestore_cannot_be_reached_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setattr("lipamita.adapters.firestore_client.CALL_TIMEOUT_S", 0.2)
    monkeypatch.setattr(firestore_client, "_CLIENTS", {})
    with pytest.raises(BusyError):
        FirestoreAudit("demo-away").append(ENTRY)
