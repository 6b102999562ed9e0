"""Above a limit two people must say the same; one person cannot be both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Uid
from lipamita.domain.two_people import (
    LAPSES_AFTER_MS,
    TWO_PEOPLE_ABOVE_KES,
    Proposal,
    agrees,
    needs_two_people,
    replaces,
)
from lipamita.domain.units import Kes, Millis

GRACE = Proposal(by=Uid("grace"), what="refund 20000", why="seen", at_ms=Millis(1))
HENRY = replace(GRACE, by=Uid("henry"), at_ms=Millis(2))


def test_the_limit_itself_needs_one_person() -> None:
    assert not needs_two_people(Kes(TWO_PEOPLE_ABOVE_KES))
    assert needs_two_people(Kes(TWO_PEOPLE_ABOVE_KES + 1))


def test_another_who_says_the_same_agrees() -> None:
    assert agrees(GRACE, HENRY)


def test_the_same_person_again_does_not() -> None:
    assert not agrees(GRACE, replace(GRACE, at_ms=Millis(9)))


def test_another_who_says_something_else_is_refused() -> None:
    with pytest.raises(ConflictError) as refused:
        agrees(GRACE, replace(HENRY, what="refund 20001"))
    assert refused.value.code == "another_proposal"


@pytest.mark.parametrize(
    ("standing", "mine", "is_written"),
    [
        (None, GRACE, True),
        (GRACE, GRACE, False),
        (GRACE, replace(GRACE, what="refund 5"), True),
        (GRACE, replace(HENRY, what="refund 5"), False),
        (GRACE, replace(HENRY, at_ms=Millis(1 + LAPSES_AFTER_MS)), True),
    ],
    ids=["first", "again", "own mind changed", "another's", "lapsed"],
)
def test_a_word_stands_until_it_lapses_or_its_speaker_changes_it(
    standing: Proposal | None, mine: Proposal, is_written: bool
) -> None:
    assert replaces(standing, mine) is is_written
