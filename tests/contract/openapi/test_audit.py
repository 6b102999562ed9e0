"""No member of staff changes anything without an entry: every staff route of the document."""

from __future__ import annotations

import pytest
from lipamita.domain.audit import Phase

from tests.contract.openapi.calls import OPERATIONS, Calls
from tests.contract.openapi.edge import Edge

CHANGES = sorted(
    operation_id
    for operation_id, (_, method, described) in OPERATIONS.items()
    if {"staff", "admin"} & set(described["tags"]) and method != "GET"
)


@pytest.fixture
def calls(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(edge, monkeypatch)


def test_there_are_such_routes() -> None:
    assert len(CHANGES) >= 4


@pytest.mark.parametrize("operation_id", CHANGES)
def test_a_change_by_staff_has_its_intent_and_its_outcome(calls: Calls, operation_id: str) -> None:
    calls.edge.app.audit.records.clear()
    assert calls.good(operation_id).status_code < 300
    entries = [record.entry for record in calls.edge.app.audit.records]
    assert [entry.phase for entry in entries] == [Phase.INTENT, Phase.OUTCOME]
    assert entries[1].result == "done"
    assert entries[0].actor in ("operator-grace", "admin-hope")
    assert "?" not in entries[0].target


@pytest.mark.parametrize("operation_id", CHANGES)
def test_without_the_audit_nothing_is_changed(calls: Calls, operation_id: str) -> None:
    calls.edge.app.audit.reachable_for = 0
    try:
        assert calls.good(operation_id).status_code == 503
        assert calls.edge.is_as_seeded()
    finally:
        calls.edge.app.audit.reachable_for = None


@pytest.mark.parametrize("operation_id", CHANGES)
def test_who_is_no_staff_leaves_no_entry(calls: Calls, operation_id: str) -> None:
    calls.edge.app.audit.records.clear()
    assert calls.is_somebody_else(operation_id).status_code == 403
    assert calls.edge.app.audit.records == []


def test_a_code_that_opens_something_is_not_kept(calls: Calls) -> None:
    calls.edge.app.audit.records.clear()
    code = calls.good("createClaim").get_json()["code"]
    kept = repr(calls.edge.app.audit.records)
    assert code not in kept
    assert "(masked)" in kept
