"""Thousands of queries that mostly find something, against the naive model, from fixed seeds."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.property.firestore.model import Asked, Leaf, answer
from tests.property.firestore.test_queries import (
    COMMON,
    IDS,
    LISTS,
    check,
    empty_database,
    operators,
    understood,
    write,
)

ROUNDS = 12
QUERIES = 40
NUMBERS = [0, 1, 1.0, 2, 3]


@pytest.mark.parametrize("seed", range(8))
def test_random_queries_give_what_the_model_gives(seed: int) -> None:
    chance = random.Random(seed)
    asked_of = found = several = 0
    for _ in range(ROUNDS):
        database = empty_database()
        stored = documents(chance)
        write(database, stored, ())
        for _ in range(2):
            queries = [query(chance) for _ in range(QUERIES)]
            check(database, stored, queries)
            for each in queries:
                if list(understood(each)):
                    size = len(answer(stored, each))
                    asked_of, found, several = (
                        asked_of + 1,
                        found + (size > 0),
                        several + (size > 1),
                    )
            gone = tuple(each for each in stored if chance.random() < 0.3)
            stored = documents(chance) | {each: stored[each] for each in stored if each not in gone}
            write(database, stored, tuple(set(gone) - stored.keys()))
    assert found > asked_of / 3
    assert several > asked_of / 5


def documents(chance: random.Random) -> dict[str, dict[str, Any]]:
    return {
        each: {name: value(chance) for name in "abc" if chance.random() < 0.85}
        for each in chance.sample(IDS, 6)
    }


def value(chance: random.Random) -> Any:
    return chance.choice(NUMBERS if chance.random() < 0.6 else COMMON)


def query(chance: random.Random) -> Asked:
    where = [
        [leaf(chance) for _ in range(chance.choice([1, 1, 2]))]
        for _ in range(chance.choice([1, 1, 2, 3]))
    ]
    names = chance.sample("abc", chance.choice([0, 1, 1, 2]))

    def cursor() -> tuple[list[Any], bool] | None:
        if not names or chance.random() < 0.6:
            return None
        count = chance.randint(0, len(names))
        return [value(chance) for _ in range(count)], chance.random() < 0.5

    return Asked(
        where=[[]] if chance.random() < 0.15 else where,
        orders=[(name, chance.random() < 0.5) for name in names],
        start=cursor(),
        end=cursor(),
        offset=chance.choice([0, 0, 0, 1]),
        limit=chance.choice([None, None, 1, 3]),
    )


def leaf(chance: random.Random) -> Leaf:
    op = chance.choice(operators)
    if op in LISTS:
        wanted = tuple(value(chance) for _ in range(chance.randint(1, 3)))
        return Leaf(chance.choice("abc"), op, wanted)
    return Leaf(chance.choice("abc"), op, None if op == "is null" else value(chance))
