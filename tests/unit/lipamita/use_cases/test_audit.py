"""Nothing is done silently: the intent comes first, the outcome names it, the chain shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.audit import Phase, chained, head_of
from lipamita.domain.errors import BusyError, ConflictError, ForbiddenError
from lipamita.domain.identity import StaffMember
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import DAY_MS, HOUR_MS
from lipamita.use_cases import audit
from lipamita.use_cases.audit import (
    Action,
    AuditPage,
    audited,
    begin,
    check_audit,
    verify_audit,
    view_audit,
)

from tests.fakes.estate import START_MS, Estate

GRACE = Uid("operator-grace")
ACTION = Action(
    actor="admin-hope",
    role="admin",
    remote_address="10.0.0.1",
    name="change_role",
    target="staff/operator-grace",
    request={"who": "operator-grace", "role": "operator"},
    watched=("staff/operator-grace",),
)
HOPE = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)


def give(estate: Estate) -> None:
    estate.store.put_staff(
        StaffMember(
            uid=GRACE,
            role=Role.OPERATOR,
            email=None,
            given_by="admin-hope",
            given_at_ms=START_MS,
            why="new",
        )
    )


def test_an_action_stands_between_its_intent_and_its_outcome() -> None:
    estate = Estate()
    audited(ACTION, estate.world, lambda: give(estate))
    intent, outcome = (record.entry for record in estate.audit.records)
    assert (intent.phase, outcome.phase) == (Phase.INTENT, Phase.OUTCOME)
    assert (intent.actor, intent.role, intent.remote_address) == ("admin-hope", "admin", "10.0.0.1")
    assert intent.request == '{"role":"operator","who":"operator-grace"}'
    assert intent.before == '{"staff/operator-grace":null}'
    assert outcome.after == '{"staff/operator-grace":{"role":"operator"}}'
    assert (outcome.result, outcome.intent_seq) == ("done", 1)


def test_each_night_what_does_not_fit_in_the_chain_is_an_alarm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "CHECKED_NIGHTLY", 4)
    monkeypatch.setattr(audit, "VERIFY_PAGE", 3)
    estate = Estate()
    for _ in range(5):
        audited(ACTION, estate.world, lambda: give(estate))
    assert check_audit(estate.world) == []
    entry = replace(estate.audit.records[7].entry, actor="nobody")
    estate.audit.records[7] = replace(estate.audit.records[7], entry=entry)
    assert [(alarm.kind, alarm.detail) for alarm in check_audit(estate.world)] == [
        ("audit_broken", "8 was changed")
    ]
    assert estate.store.alarms[-1].kind == "audit_broken"
    del estate.audit.records[6]  # the first of those that are looked at
    assert check_audit(estate.world)[0].detail.startswith("7 missing up to 7; 8 was changed")


def test_whoever_died_before_the_outcome_is_an_alarm_of_the_next_night() -> None:
    estate = Estate()
    begin(ACTION, estate.world)
    assert check_audit(estate.world) == [], "it may be going on"
    estate.wait(HOUR_MS)
    assert [(alarm.kind, alarm.detail) for alarm in check_audit(estate.world)] == [
        ("audit_unfinished", "no outcome: 1")
    ]
    estate.wait(DAY_MS)
    assert check_audit(estate.world) == [], "it was told"


def test_without_an_intent_nothing_is_done() -> None:
    estate = Estate()
    estate.audit.reachable_for = 0
    with pytest.raises(BusyError):
        audited(ACTION, estate.world, lambda: give(estate))
    assert estate.store.staff == {}


def test_without_an_outcome_the_action_stands_and_somebody_hears_of_it() -> None:
    estate = Estate()
    estate.audit.reachable_for = 1
    audited(ACTION, estate.world, lambda: give(estate))
    assert GRACE in estate.store.staff
    assert [alarm.kind for alarm in estate.store.alarms] == ["audit_unfinished"]
    estate.audit.reachable_for = None
    assert verify_audit(estate.world).unfinished == (1,)


@pytest.mark.parametrize(
    ("error", "result"),
    [(ConflictError("own_role", "no"), "own_role"), (RuntimeError("gone"), "failed")],
)
def test_what_was_refused_or_failed_says_so(error: Exception, result: str) -> None:
    estate = Estate()

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        audited(ACTION, estate.world, fail)
    assert estate.audit.records[-1].entry.result == result


def test_long_requests_are_cut_and_say_so() -> None:
    estate = Estate()
    audited(replace(ACTION, request={"why": "x" * 20_000}), estate.world, lambda: None)
    request = estate.audit.records[0].entry.request
    assert request is not None
    assert len(request) < 10_000
    assert request.endswith("... (cut)")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TENANT, Role.METER])
def test_only_an_admin_reads_the_audit(role: Role) -> None:
    with pytest.raises(ForbiddenError):
        view_audit(
            Caller(uid=GRACE, role=role), Estate().world, before_seq=None, target=None, limit=1
        )


def test_pages_lead_to_the_first_entry() -> None:
    estate = Estate()
    for _ in range(3):
        audited(ACTION, estate.world, lambda: None)
    audited(replace(ACTION, target="staff/another"), estate.world, lambda: None)
    seen, before = list[int](), None
    while (page := view_page(estate, before, target=ACTION.target)).records:
        seen += [record.seq for record in page.records]
        before = seen[-1]
    assert seen == [6, 5, 4, 3, 2, 1]


def view_page(estate: Estate, before: int | None, target: str | None = None) -> AuditPage:
    return view_audit(HOPE, estate.world, before_seq=before, target=target, limit=4)


def faults_by_page(estate: Estate) -> list[list[tuple[int, str]]]:
    """What each page of four says does not fit, the newest page first."""
    told, before = [], None
    while (page := view_page(estate, before)).records:
        told.append([(fault.seq, fault.why) for fault in page.faults])
        before = page.records[-1].seq
    return told


def chain_of_ten() -> Estate:
    estate = Estate()
    for _ in range(5):
        audited(ACTION, estate.world, lambda: None)
    return estate


def test_pages_of_a_chain_that_was_left_alone_have_no_faults() -> None:
    assert faults_by_page(chain_of_ten()) == [[], [], []]


def test_a_changed_entry_is_shown_on_its_page() -> None:
    estate = chain_of_ten()
    record = estate.audit.records[4]
    estate.audit.records[4] = replace(record, entry=replace(record.entry, actor="somebody-else"))
    assert faults_by_page(estate) == [[], [(5, "was changed")], []]
    by_target = view_page(estate, 7, target=ACTION.target)
    assert [fault.seq for fault in by_target.faults] == [5]


def test_an_entry_that_was_changed_with_its_hash_fits_neither_beside_it_nor_across_pages() -> None:
    estate = chain_of_ten()
    forged = replace(estate.audit.records[5].entry, actor="somebody-else")
    before = head_of(estate.audit.records[4])
    estate.audit.records[5] = chained(forged, before)
    assert faults_by_page(estate) == [[], [(6, "is not the entry that the head names")], []]


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (9, [[(10, "missing up to 10")], [], []]),
        (7, [[(8, "missing up to 8")], [], []]),
        (0, [[], [], [(1, "missing up to 1")]]),
    ],
    ids=["the newest", "one within", "the first"],
)
def test_a_removed_entry_is_missed(gone: int, told: list[list[tuple[int, str]]]) -> None:
    estate = chain_of_ten()
    head = head_of(estate.audit.records[-1])
    del estate.audit.records[gone]
    estate.audit.ends_with = head
    assert faults_by_page(estate) == told


def test_a_chain_longer_than_a_page_is_checked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "VERIFY_PAGE", 3)
    estate = Estate()
    for _ in range(5):
        audited(ACTION, estate.world, lambda: None)
    progress: list[int] = []
    whole = verify_audit(estate.world, progress=progress.append)
    assert (whole.entries, whole.faults, whole.unfinished) == (10, (), ())
    assert progress == [3, 6, 9, 10]
    forged = estate.audit.records[4]
    estate.audit.records[4] = replace(forged, entry=replace(forged.entry, actor="nobody"))
    assert [fault.seq for fault in verify_audit(estate.world).faults] == [5]
    del estate.audit.records[4]
    assert [fault.seq for fault in verify_audit(estate.world).faults] == [5]


def test_an_audit_that_was_emptied_is_found() -> None:
    estate = Estate()
    audited(ACTION, estate.world, lambda: None)
    head = estate.audit.head()
    estate.audit.records.clear()
    estate.audit.head = lambda: head  # type: ignore[method-assign]
    assert verify_audit(estate.world).faults != ()
