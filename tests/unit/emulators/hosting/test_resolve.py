from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.hosting.config import BadConfig, HostingConfig, ToFunction, read_config
from emulators.hosting.resolve import File, Moved, NotFound, Outcome, normal_path, resolve

FILES = {"/index.html", "/about.html", "/app.js", "/docs/index.html", "/a b.txt", "/.secret"}
API = ToFunction(name="api", region="europe-west1")


def config(**block: object) -> HostingConfig:
    return read_config({"public": "public", **block}, Path("/site"))


def outcome(path: str, *, query: str = "", files: set[str] = FILES, **block: object) -> Outcome:
    return resolve(config(**block), path, query, files.__contains__)


@pytest.mark.parametrize(
    ("path", "clean", "slash", "expected"),
    [
        ("/", False, None, File(path="/index.html")),
        ("/app.js", False, None, File(path="/app.js")),
        ("/a%20b.txt", False, None, File(path="/a b.txt")),
        ("/about", False, None, NotFound()),
        ("/about", True, None, File(path="/about.html")),
        ("/about/", True, None, NotFound()),
        ("/about.html", True, None, Moved(location="/about", status=301)),
        ("/about.html", True, True, Moved(location="/about/", status=301)),
        ("/about", True, True, Moved(location="/about/", status=301)),
        ("/about/", True, True, File(path="/about.html")),
        ("/about/", True, False, Moved(location="/about", status=301)),
        ("/docs", False, None, Moved(location="/docs/", status=301)),
        ("/docs", True, None, File(path="/docs/index.html")),
        ("/docs/", False, False, Moved(location="/docs", status=301)),
        ("/docs", False, False, File(path="/docs/index.html")),
        ("/docs", False, True, Moved(location="/docs/", status=301)),
        ("/docs/index.html", True, None, Moved(location="/docs", status=301)),
        ("/index.html", True, None, Moved(location="/", status=301)),
        ("/nothing", True, None, NotFound()),
    ],
)
def test_files_follow_clean_urls_and_trailing_slash(
    path: str, clean: bool, slash: bool | None, expected: Outcome
) -> None:
    assert outcome(path, cleanUrls=clean, trailingSlash=slash) == expected


def test_a_redirect_comes_before_files_and_keeps_the_query() -> None:
    redirects = [{"source": "/app.js", "destination": "/new.js", "type": 302}]
    moved = outcome("/app.js", query="?v=1", redirects=redirects)
    assert moved == Moved(location="/new.js?v=1", status=302)
    redirects = [{"source": "/p/:id", "destination": "https://shop.example/:id"}]
    assert outcome("/p/7", redirects=redirects) == Moved(
        location="https://shop.example/7", status=301
    )


def test_a_file_comes_before_rewrites_and_the_first_rewrite_wins() -> None:
    rewrites = [
        {"source": "/api/**", "function": {"functionId": "api", "region": "europe-west1"}},
        {"source": "**", "destination": "/index.html"},
    ]
    assert outcome("/app.js", rewrites=rewrites) == File(path="/app.js")
    assert outcome("/api/x", rewrites=rewrites) == API
    assert outcome("/any/page", rewrites=rewrites) == File(path="/index.html")


def test_a_rewrite_names_a_function_in_both_forms() -> None:
    old = [{"source": "**", "function": "api", "region": "europe-west1"}]
    assert outcome("/x", rewrites=old) == API
    default = [{"source": "**", "function": "api"}]
    assert outcome("/x", rewrites=default) == ToFunction(name="api", region="us-central1")


def test_a_missing_page_gets_404_html_when_there_is_one() -> None:
    assert outcome("/x") == NotFound()
    assert outcome("/x", files={"/404.html"}) == File(path="/404.html", status=404)


@pytest.mark.parametrize(
    "path", ["/../secret", "/%2e%2e/secret", "/a/../../x", "/..%2f..%2fx", "/a%00b", "/..\\x"]
)
def test_no_path_leaves_the_folder(path: str) -> None:
    assert normal_path(path) is None
    assert outcome(path) == NotFound()


@given(st.text(alphabet="ab./%2eF\\\0", max_size=30))
def test_a_normal_path_has_no_dots_left(path: str) -> None:
    normal = normal_path("/" + path)
    if normal is not None:
        assert normal.startswith("/")
        assert not {"..", "."} & set(normal.split("/"))
        assert "//" not in normal


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({}, "public"),
        ({"public": "p", "i18n": {}}, "not supported here: i18n"),
        ({"public": "p", "rewrites": [{"source": "**", "run": {}}]}, "expected 'function' or"),
        ({"public": "p", "rewrites": [{"function": "x"}]}, "expected 'source' or 'regex'"),
        ({"public": "p", "redirects": [{"source": "/a", "type": 200}]}, "3xx"),
        ({"public": "p", "headers": [{"source": "/a", "headers": [{"key": "X"}]}]}, "key and"),
        ({"public": "p", "headers": {}}, "expected a list"),
        ({"public": "p", "redirects": [{"regex": "(", "destination": "/"}]}, "cannot read"),
    ],
)
def test_what_cannot_be_served_is_refused(block: dict[str, object], message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        read_config(block, Path("/site"))
