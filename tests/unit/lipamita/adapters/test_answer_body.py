from __future__ import annotations

import pytest
import requests
from lipamita.adapters.answer_body import bounded_body

from tests.unit.lipamita.adapters.scripted_http import Answer, Say, serving

LIMIT = 1_024
BROKEN: dict[str, Answer] = {
    "cut off": Say(node=b"x", promised_bytes=200),
    "held": Say(node=b"x", promised_bytes=200, held=True),
    "a lying encoding": Say(node=b"no gzip", headers={"Content-Encoding": "gzip"}),
}


def body_of(answer: Answer) -> bytes:
    with (
        serving(answer) as server,
        requests.get(server.url, stream=True, timeout=(1, 0.2)) as response,
    ):
        return bounded_body(response, LIMIT)


def test_a_whole_answer_is_read() -> None:
    assert body_of(Say(node=b"x" * 100)) == b"x" * 100


def test_an_endless_answer_is_read_to_its_limit() -> None:
    assert len(body_of(Say(node=b"x" * 100 * LIMIT))) == LIMIT


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_breaks_off_is_an_error_that_callers_of_requests_know(name: str) -> None:
    with pytest.raises(requests.RequestException):
        body_of(BROKEN[name])
