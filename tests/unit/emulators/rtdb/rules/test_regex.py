from __future__ import annotations

import time

import pytest

from emulators.rtdb.rules.errors import RulesSyntaxError
from emulators.rtdb.rules.regex import check_regex, searcher


@pytest.mark.parametrize(
    "pattern",
    [
        "(^foo$|bar)", "^(foo|)$", "(|a)", "a||b", "a**", "a*?", "a{1,2}?", "*a", "(?=a)", "(?!a)",
        "(?<n>a)", r"(a)\1", r"\bfoo", "(a", "a)", "[a", "a$b", "a^", r"\p{L}", "a{2000}", "[]",
        "(" * 500 + "a" + ")" * 500,
    ],
)  # fmt: skip
def test_outside_the_subset(pattern: str) -> None:
    with pytest.raises(RulesSyntaxError):
        check_regex(pattern, 0)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^[0-9]{4}-[0-9]{2}$", "2026-11", True),
        ("^[0-9]{4}-[0-9]{2}$", "2026-11\n", False),
        ("foo|bar", "a bar", True),
        ("^foo|bar$", "foo and bar!", False),
        (r"^\w+@\w+\.com$", "a@b.com", True),
        (r"\d{2,}", "1a22", True),
        ("a{x}", "a{x}", True),
        (r"a\{2\}", "a{2}", True),
        ("^.$", "é", True),
        (r"^[\w.-]+$", "a.b-c", True),
        (r"^\S+$", "a b", False),
        ("(?:ab)+", "abab", True),
        ("^$", "", True),
    ],
)
def test_search(pattern: str, text: str, found: bool) -> None:
    check_regex(pattern, 0)
    assert searcher(pattern, False)(text) is found


def test_time_is_linear_where_backtracking_would_explode() -> None:
    started = time.perf_counter()
    assert not searcher("^(a|a)*b$", False)("a" * 5000)
    assert time.perf_counter() - started < 1


def test_lone_surrogates_do_not_crash() -> None:
    assert searcher("^.$", False)("\ud800")
