from __future__ import annotations

import pytest

from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.tree.path import check_key, parse_path, split_priority


def test_empty_segments_are_dropped() -> None:
    assert parse_path("//a///b/") == ("a", "b")


@pytest.mark.parametrize("key", ["a.b", "a$", "#", "[", "]", "a\x00", "\x7f"])
def test_forbidden_characters_are_refused(key: str) -> None:
    with pytest.raises(RequestError):
        check_key(key)
    with pytest.raises(RequestError):
        parse_path(f"x/{key}")


def test_a_key_of_768_bytes_is_the_longest() -> None:
    assert check_key("é" * 384) == "é" * 384
    with pytest.raises(TooLargeError):
        check_key("é" * 384 + "x")


def test_thirty_two_levels_are_the_deepest() -> None:
    assert len(parse_path("/a" * 32)) == 32
    with pytest.raises(TooLargeError):
        parse_path("/a" * 33)


def test_priority_is_only_a_last_segment_and_only_where_allowed() -> None:
    assert split_priority(parse_path("a/.priority", priority_allowed=True)) == (("a",), True)
    with pytest.raises(RequestError):
        parse_path("a/.priority")
    with pytest.raises(RequestError):
        parse_path(".priority/a", priority_allowed=True)
