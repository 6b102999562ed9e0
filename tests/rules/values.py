"""Values that a field should refuse, by the type it has."""

import time

DAY_MS = 86_400_000

NOT_INTEGERS: list[object] = [1.5, -0.25, "1", "", True, False, [1], {"a": 1}]
NOT_BOOLEANS: list[object] = [0, 1, "true", "", {"a": True}, [True]]
NOT_STRINGS: list[object] = [0, 1, 1.5, True, False, {"a": "b"}, ["a"]]


def with_priority(value: object) -> dict[str, object]:
    """The value carrying a priority, which nothing in the model uses."""
    return {".value": value, ".priority": "x"}


def two_days_ahead_ms() -> int:
    """A time further ahead than any honest clock."""
    return int(time.time() * 1000) + 2 * DAY_MS
