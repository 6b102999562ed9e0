"""Whatever is done to a chain that was written, checking it shows that something was done."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st
from lipamita.domain.audit import (
    EMPTY,
    AuditEntry,
    AuditRecord,
    Head,
    Phase,
    chained,
    faults,
    head_of,
)
from lipamita.domain.units import Millis

TEXTS = st.text(max_size=8)
ENTRIES = st.builds(
    AuditEntry,
    phase=st.sampled_from(Phase),
    at_ms=st.integers(0, 10**13).map(Millis),
    actor=TEXTS,
    role=TEXTS,
    remote_address=TEXTS,
    action=TEXTS,
    target=TEXTS,
    request=st.none() | TEXTS,
    before=st.none() | TEXTS,
    after=st.none() | TEXTS,
    result=st.none() | TEXTS,
    intent_seq=st.none() | st.integers(1, 99),
)


def chain(entries: list[AuditEntry]) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    head = EMPTY
    for entry in entries:
        records.append(chained(entry, head))
        head = head_of(records[-1])
    return records


CHAINS = st.lists(ENTRIES, min_size=1, max_size=6).map(chain)


@given(CHAINS)
def test_a_chain_that_was_left_alone_has_no_fault(records: list[AuditRecord]) -> None:
    assert list(faults(records, EMPTY, head_of(records[-1]))) == []


@given(CHAINS, ENTRIES, st.data())
def test_a_changed_entry_is_found(
    records: list[AuditRecord], other: AuditEntry, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(records) - 1))
    assume(other != records[place].entry)
    end = head_of(records[-1])
    records = [*records]
    records[place] = replace(records[place], entry=other)
    found = list(faults(records, EMPTY, end))
    assert [fault.seq for fault in found] == [place + 1]


@given(CHAINS, ENTRIES, st.data())
def test_an_entry_forged_with_its_hash_is_found(
    records: list[AuditRecord], other: AuditEntry, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(records) - 1))
    assume(other != records[place].entry)
    end = head_of(records[-1])
    before = head_of(records[place - 1]) if place else EMPTY
    forged = [*records[:place], chained(other, before), *records[place + 1 :]]
    assert list(faults(forged, EMPTY, end)) != []


@given(CHAINS, st.data())
def test_a_removed_entry_is_found(records: list[AuditRecord], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(records) - 1))
    end = head_of(records[-1])
    assert list(faults(records[:place] + records[place + 1 :], EMPTY, end)) != []


@given(CHAINS, st.data())
def test_entries_in_another_order_are_found(
    records: list[AuditRecord], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(records))
    assume(shuffled != records)
    assert list(faults(shuffled, EMPTY, head_of(records[-1]))) != []


@given(CHAINS, TEXTS)
def test_a_head_that_names_another_end_is_found(records: list[AuditRecord], other: str) -> None:
    end = head_of(records[-1])
    assume(other != end.hash)
    assert list(faults(records, EMPTY, Head(seq=end.seq, hash=other))) != []
    assert list(faults(records, EMPTY, Head(seq=end.seq + 1, hash=end.hash))) != []
