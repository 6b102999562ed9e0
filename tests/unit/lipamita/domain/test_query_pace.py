"""A sender's queries: never more than a window allows, and fewer after a spike arrest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.query_pace import (
    PAUSES_MS,
    QUERIES_PER_WINDOW,
    WINDOW_MS,
    QueryPace,
    admitted,
    arrested,
    taken,
    turns_left,
    wait_for_turn,
)
from lipamita.domain.units import MINUTE_MS, Millis

from tests.unit.lipamita.domain.samples import NOW


def at(after_ms: int) -> Millis:
    return Millis(NOW + after_ms)


def asked(*after_ms: int) -> QueryPace:
    pace = QueryPace()
    for one in after_ms:
        pace = taken(pace, now_ms=at(one))
    return pace


@given(st.lists(st.integers(0, 20_000), max_size=60))
def test_no_window_ever_holds_more_queries_than_it_may(steps: list[int]) -> None:
    pace, sent, after_ms = QueryPace(), [], 0
    for step in steps:
        after_ms += step
        if wait_for_turn(pace, now_ms=at(after_ms)) == 0:
            assert turns_left(pace, now_ms=at(after_ms)) > 0
            pace = taken(pace, now_ms=at(after_ms))
            sent.append(after_ms)
        else:
            assert turns_left(pace, now_ms=at(after_ms)) == 0
    for first in sent:
        inside = [one for one in sent if first <= one < first + WINDOW_MS]
        assert len(inside) <= QUERIES_PER_WINDOW


@given(st.lists(st.integers(0, 70_000), max_size=5), st.integers(0, 6))
def test_who_waits_as_long_as_told_is_let_in_and_not_sooner(steps: list[int], strikes: int) -> None:
    pace = asked(*steps)
    for _ in range(strikes):
        pace = arrested(pace, now_ms=at(70_000))
    wait_ms = wait_for_turn(pace, now_ms=at(70_000))
    assert wait_for_turn(pace, now_ms=at(70_000 + wait_ms)) == 0
    if wait_ms:
        assert wait_for_turn(pace, now_ms=at(70_000 + wait_ms - 1)) == 1


def test_pauses_grow_with_each_arrest_in_a_row_and_end_growing() -> None:
    pace, pauses = QueryPace(), []
    for _ in range(len(PAUSES_MS) + 2):
        pace = arrested(pace, now_ms=NOW)
        pauses.append(wait_for_turn(pace, now_ms=NOW))
    assert pauses == [*PAUSES_MS, PAUSES_MS[-1], PAUSES_MS[-1]]


def test_after_an_arrest_one_is_asked_at_a_time_until_daraja_listens_again() -> None:
    pace = arrested(asked(0), now_ms=at(0))
    pace = taken(pace, now_ms=at(MINUTE_MS))
    assert turns_left(pace, now_ms=at(MINUTE_MS + 1)) == 0
    assert turns_left(admitted(pace), now_ms=at(MINUTE_MS + 1)) == QUERIES_PER_WINDOW - 1


def test_a_time_ahead_of_ours_is_counted() -> None:
    pace = asked(*([30_000] * QUERIES_PER_WINDOW))
    assert wait_for_turn(pace, now_ms=NOW) == 30_000 + WINDOW_MS
