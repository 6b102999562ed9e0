from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.hosting.patterns import BadPattern, fill, glob, regex


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("**", ["/", "/a", "/a/b.html"], []),
        ("/api/**", ["/api", "/api/", "/api/a/b"], ["/apis", "/x/api/a"]),
        ("api/**", ["/api/a"], ["/x/api/a"]),
        ("**/*.js", ["/a.js", "/x/y/a.js"], ["/a.jsx"]),
        ("/*.html", ["/a.html"], ["/x/a.html"]),
        ("**/*.@(jpg|png)", ["/a.jpg", "/x/a.png"], ["/a.gif"]),
        ("/{a,b}/c", ["/a/c", "/b/c"], ["/c/c"]),
        ("/!(api)", ["/index", "/apis"], ["/api"]),
        ("/!(api)/**", ["/page/x"], ["/api/x"]),
        ("**/.*", ["/.git", "/a/.env"], ["/a.b"]),
        ("/v[0-9]/x", ["/v1/x"], ["/va/x"]),
        ("/a.b", ["/a.b"], ["/axb"]),
        ("/posts/:id", ["/posts/7"], ["/posts/7/8", "/posts/"]),
        ("/old/:rest*", ["/old/a/b"], ["/older"]),
    ],
)
def test_globs_match_whole_paths(pattern: str, yes: list[str], no: list[str]) -> None:
    compiled = glob(pattern)
    assert [path for path in yes if compiled.match(path) is None] == []
    assert [path for path in no if compiled.match(path) is not None] == []


def test_captures_fill_destinations() -> None:
    captures = glob("/old/:year/:rest*").match("/old/2026/a/b")
    assert captures is not None
    assert fill("/new/:rest*?y=:year", captures) == "/new/a/b?y=2026"
    captures = regex(r"^/p/(?P<id>\d+)$").match("/p/42")
    assert captures is not None
    assert fill("https://shop.example/:id/:1", captures) == "https://shop.example/42/42"


def test_a_broken_pattern_is_refused() -> None:
    with pytest.raises(BadPattern, match="cannot read"):
        regex("(")
    with pytest.raises(BadPattern, match="longer than"):
        glob("x" * 1001)


@given(st.text(alphabet="ab/.*", max_size=20), st.text(alphabet="ab/.", max_size=20))
def test_a_double_star_in_front_matches_wherever_the_rest_does(pattern: str, path: str) -> None:
    if glob("/" + pattern).match("/" + path) is not None:
        assert glob("**/" + pattern).match("/" + path) is not None
