from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions.output import (
    MAX_LINE_BYTES,
    TAG,
    LineSplitter,
    TaggedStream,
    current_function,
    readable,
)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("a library speaks", "functions: a library speaks"),
        (f"{TAG}an import speaks", "functions: an import speaks"),
        (f"pay{TAG}plain", "functions[pay]: plain"),
        (f'pay{TAG}{{"severity":"INFO","message":"ok","n":1}}', "functions[pay]: INFO ok n=1"),
        (
            f'pay{TAG}{{"severity":"ERROR","why":"two words","of":{{"a":[1]}}}}',
            'functions[pay]: ERROR why="two words" of={"a": [1]}',
        ),
        (f'pay{TAG}{{"no":"severity"}}', 'functions[pay]: {"no":"severity"}'),
        (f"pay{TAG}{{broken", "functions[pay]: {broken"),
    ],
)
def test_lines_are_shown_with_their_function(line: str, shown: str) -> None:
    assert readable(line) == shown


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=20))
def test_lines_do_not_depend_on_how_the_bytes_arrive(data: bytes, cuts: list[int]) -> None:
    def lines(pieces: list[bytes]) -> list[str]:
        seen: list[str] = []
        splitter = LineSplitter(seen.append)
        for piece in pieces:
            splitter.feed(piece)
        splitter.end()
        return seen

    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    assert lines(pieces) == lines([data])


def test_a_line_without_end_is_cut_at_the_limit() -> None:
    seen: list[str] = []
    splitter = LineSplitter(seen.append)
    splitter.feed(b"x" * (MAX_LINE_BYTES + 1))
    assert [len(line) for line in seen] == [MAX_LINE_BYTES]


@pytest.fixture
def pipe() -> tuple[TaggedStream, Callable[[], str]]:
    read_end, write_end = os.pipe()
    stream = TaggedStream(write_end)

    def written() -> str:
        os.close(write_end)
        with os.fdopen(read_end, "rb") as file:
            return file.read().decode()

    return stream, written


def test_only_whole_lines_are_sent_with_the_function_that_wrote_them(
    pipe: tuple[TaggedStream, Callable[[], str]],
) -> None:
    stream, written = pipe
    token = current_function.set("pay")
    stream.write("one ")
    stream.write("line\nnext")
    current_function.reset(token)
    stream.write(" is none's\nrest")
    assert written() == f"pay{TAG}one line\n{TAG}next is none's\n"


def test_bytes_written_below_the_text_pass_untagged(
    pipe: tuple[TaggedStream, Callable[[], str]],
) -> None:
    stream, written = pipe
    stream.buffer.write(b"bytes\n")
    assert written() == "bytes\n"
