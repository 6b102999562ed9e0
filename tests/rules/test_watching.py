"""The owner who looks at a meter says so, not more than once a minute."""

import pytest

from tests.rules.database import RulesDatabase, delete, put
from tests.rules.identities import OWNER, only

WATCHED = "meters/MTR-001/watched_at"
NOW = {".sv": "timestamp"}
MINUTE_MS = 60_000


def test_the_owner_alone_watches_a_meter(database: RulesDatabase) -> None:
    assert database.expect_only(only(OWNER), [put(WATCHED, NOW)]) == []


@pytest.mark.parametrize(
    "value", [-1, 1.5, 4_000_000_000_000, "now", True, {"at": 1}, {".value": NOW, ".priority": 1}]
)
def test_only_a_time_is_taken(database: RulesDatabase, value: object) -> None:
    assert database.expect_none([put(WATCHED, value)]) == []


def test_it_is_not_taken_away(database: RulesDatabase) -> None:
    database.given({WATCHED: 1})
    assert database.judge(OWNER, delete(WATCHED), allowed=False) == []


def test_it_is_told_once_a_minute(database: RulesDatabase) -> None:
    database.reset()
    assert database.judge(OWNER, put(WATCHED, NOW), allowed=True) == []
    told_at = database.tree()["meters"]["MTR-001"]["watched_at"]
    assert database.judge(OWNER, put(WATCHED, NOW), allowed=False) == []
    database.go_on({WATCHED: told_at - MINUTE_MS})
    assert database.judge(OWNER, put(WATCHED, NOW), allowed=True) == []


def test_a_meter_of_another_owner_is_not_watched(database: RulesDatabase) -> None:
    other = put(WATCHED.replace("001", "002"), NOW)
    assert database.expect(OWNER, other, allowed=False) == []
