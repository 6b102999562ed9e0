"""The journal forgets the oldest and keeps counting; it never shows a secret."""

import pytest

from emulators.daraja import journal
from emulators.daraja.journal import Journal, without_secrets


def test_numbers_go_on_when_old_events_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_EVENTS", 10)
    log = Journal()
    for _ in range(95):
        log.event("tick", 0)
    numbers = [event["number"] for event in log.events(0, None, None)]
    assert 10 <= len(numbers) <= 20
    assert numbers == list(range(96 - len(numbers), 96))
    assert [event["number"] for event in log.events(93, None, None)] == [94, 95]
    assert log.last_event == 95


def test_events_can_be_asked_for_by_kind_and_id() -> None:
    log = Journal()
    log.event("paid", 1, receipt="A")
    log.event("paid", 2, receipt="B")
    log.event("sms", 3, receipt="B")
    assert [event["at_ms"] for event in log.events(0, "paid", "B")] == [2]


def test_secrets_are_removed_at_any_depth() -> None:
    body = {"Password": "s", "list": [{"SecurityCredential": "s", "Amount": 1}]}
    assert without_secrets(body) == {
        "Password": "(removed)",
        "list": [{"SecurityCredential": "(removed)", "Amount": 1}],
    }
