"""Secrets that people type: what a slip of the finger may do."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.crockford import ALPHABET, draw, in_groups, typed

LENGTH = 20
SECRETS = st.binary(min_size=LENGTH - 1, max_size=LENGTH - 1).map(
    lambda chance: draw(LENGTH, lambda _: chance)
)


@given(SECRETS)
def test_what_was_drawn_is_taken_however_it_is_typed(secret: str) -> None:
    grouped = in_groups(secret, of=5)
    for text in (secret, grouped, grouped.lower(), f" {grouped.replace('-', '  ')} "):
        assert typed(text, characters=LENGTH) == secret
    alike = secret.replace("0", "o").replace("1", "l")
    assert typed(alike, characters=LENGTH) == secret


@given(SECRETS, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(secret: str, place: int, letter: str) -> None:
    wrong = secret[:place] + letter + secret[place + 1 :]
    assert (typed(wrong, characters=LENGTH) is None) == (wrong != secret)


@given(SECRETS, st.integers(0, LENGTH - 2))
def test_exchanged_neighbours_are_noticed_but_for_one_pair(secret: str, place: int) -> None:
    left, right = secret[place], secret[place + 1]
    wrong = secret[:place] + right + left + secret[place + 2 :]
    if left != right and {left, right} != {"0", "Z"}:
        assert typed(wrong, characters=LENGTH) is None


@pytest.mark.parametrize(
    "text", ["", "0", "0" * 19, "0" * 21, "U" * 20, "\u0663" * 20, "\u0131" * 20, "*"]
)
def test_what_was_never_drawn_is_refused(text: str) -> None:
    assert typed(text, characters=LENGTH) is None


def test_all_letters_are_drawn() -> None:
    drawn = "".join(draw(LENGTH, secrets.token_bytes) for _ in range(400))
    assert set(drawn) == set(ALPHABET)
