"""One push is one POST, whatever happens on the line; a query may be asked again."""

from __future__ import annotations

import json
import socket

import pytest
from lipamita.adapters.access_token import AccessTokenError, AccessTokens
from lipamita.adapters.daraja_http import (
    MAX_ANSWER_BYTES,
    MAX_PULL_BYTES,
    PUSH_PATH,
    QUERY_PATH,
    DarajaHttp,
)
from lipamita.adapters.daraja_wire import Merchant
from lipamita.domain.evidence import PushAcknowledged, PushAnswer, PushRefused, PushUnclear
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes
from lipamita.use_cases.records import PushRequest

from tests.unit.lipamita.adapters.scripted_http import Answer, Drop, Hold, Say, serving
from tests.unit.lipamita.domain.samples import NOW

MERCHANT = Merchant(
    short_code="600000", passkey="key", transaction_type="CustomerPayBillOnline", party_b="600000"
)
REQUEST = PushRequest(
    amount_kes=Kes(500),
    msisdn=Msisdn("254712345678"),
    account_reference="MTR001",
    description="Electricity",
    callback_url="https://estate.example/daraja/callback/x/y",
)
ACCEPTED = Say(
    node={"ResponseCode": "0", "MerchantRequestID": "29115-1", "CheckoutRequestID": "ws_CO_1"}
)
TOKEN_REFUSED = Say(status=404, node={"errorCode": "404.001.03", "errorMessage": "Invalid Token"})
FOUND = Say(node={"ResponseCode": "0", "ResultCode": "1032", "ResultDesc": "cancelled"})
TIMEOUT_S = 0.2


class FakeTokens(AccessTokens):
    """Gives t1, then after each refusal the next; or fails."""

    def __init__(self, *, failing: bool = False) -> None:
        self.given: list[str] = []
        self.refusals: list[str] = []
        self._failing = failing

    def get(self) -> str:
        if self._failing:
            raise AccessTokenError("HTTP 503 without a token")
        self.given.append(f"t{len(self.refusals) + 1}")
        return self.given[-1]

    def refused(self, access_token: str) -> None:
        self.refusals.append(access_token)


def daraja(base_url: str, tokens: FakeTokens | None = None) -> DarajaHttp:
    return DarajaHttp(
        base_url=base_url,
        merchant=MERCHANT,
        tokens=tokens or FakeTokens(),
        push_read_timeout_s=TIMEOUT_S,
        query_read_timeout_s=TIMEOUT_S,
    )


def pushed(*answers: Answer, tokens: FakeTokens | None = None) -> tuple[PushAnswer, int]:
    """The answer of a push, and how many requests it took."""
    with serving(*answers) as server:
        answer = daraja(server.url, tokens).push(REQUEST, now_ms=NOW)
        return answer, len(server.seen)


# Every fault is followed by an acceptance, so that a second POST would be seen and believed.
FAULTS: dict[str, tuple[Answer, type[PushAnswer]]] = {
    "accepted": (ACCEPTED, PushAcknowledged),
    "accepted under an odd status": (Say(status=202, node=ACCEPTED.node), PushAcknowledged),
    "200 empty": (Say(), PushUnclear),
    "500 empty": (Say(status=500), PushUnclear),
    "502 text": (Say(status=502, node=b"Bad Gateway"), PushUnclear),
    "503 HTML": (Say(status=503, node=b"<html>Incapsula</html>"), PushUnclear),
    "429 fault": (
        Say(
            status=429,
            node={"fault": {"detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"}}},
        ),
        PushRefused,
    ),
    "503 retry after": (Say(status=503, headers={"Retry-After": "0"}), PushUnclear),
    "token refused": (TOKEN_REFUSED, PushRefused),
    "busy": (Say(status=500, node={"errorCode": "500.001.1001", "errorMessage": ""}), PushUnclear),
    "307 to itself": (Say(status=307, headers={"Location": PUSH_PATH}), PushUnclear),
    "302 elsewhere": (Say(status=302, headers={"Location": "/other"}), PushUnclear),
    "401 basic": (Say(status=401, headers={"WWW-Authenticate": "Basic"}), PushUnclear),
    "dropped after the request": (Drop(), PushUnclear),
    "dropped in the middle of the answer": (Say(node=b'{"Resp', promised_bytes=900), PushUnclear),
    "no answer in time": (Hold(), PushUnclear),
    "half an answer in time": (Say(node=b'{"Resp', promised_bytes=900, held=True), PushUnclear),
    "a lying encoding": (
        Say(node=b"not gzip at all", headers={"Content-Encoding": "gzip"}),
        PushUnclear,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_push_is_one_post_whatever_is_answered(fault: str) -> None:
    first, expected = FAULTS[fault]
    answer, posts = pushed(first, ACCEPTED)
    assert (type(answer), posts) == (expected, 1)


def test_an_endless_answer_is_read_only_to_its_limit() -> None:
    answer, posts = pushed(Say(node=b"x" * (4 * MAX_ANSWER_BYTES)), ACCEPTED)
    assert (type(answer), posts) == (PushUnclear, 1)


def closed_port_url() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_a_refused_connection_is_a_push_that_was_not_sent() -> None:
    answer = daraja(closed_port_url()).push(REQUEST, now_ms=NOW)
    assert isinstance(answer, PushRefused)
    assert answer.code == "push_not_sent"


def test_without_an_access_token_nothing_is_posted() -> None:
    answer, posts = pushed(ACCEPTED, tokens=FakeTokens(failing=True))
    assert isinstance(answer, PushRefused)
    assert (answer.code, posts) == ("push_not_sent", 0)


def test_a_token_that_a_push_found_refused_is_forgotten() -> None:
    tokens = FakeTokens()
    pushed(TOKEN_REFUSED, tokens=tokens)
    assert tokens.refusals == ["t1"]


def test_every_push_has_a_connection_of_its_own() -> None:
    with serving(ACCEPTED) as server:
        shop = daraja(server.url)
        for _ in range(3):
            shop.push(REQUEST, now_ms=NOW)
        assert len({seen.peer for seen in server.seen}) == 3


def test_a_push_carries_its_token_and_json() -> None:
    with serving(ACCEPTED) as server:
        daraja(server.url).push(REQUEST, now_ms=NOW)
        seen = server.seen[0]
    assert (seen.method, seen.path) == ("POST", PUSH_PATH)
    assert seen.headers["Authorization"] == "Bearer t1"
    assert seen.headers["Content-Type"] == "application/json"
    assert json.loads(seen.body)["PhoneNumber"] == "254712345678"


# --- queries


def queried(*answers: Answer, tokens: FakeTokens | None = None) -> tuple[str | None, int]:
    """The result code a query found, and how many requests it took."""
    with serving(*answers) as server:
        answer = daraja(server.url, tokens).query("ws_CO_1", now_ms=NOW)
        assert answer.asked_at_ms == NOW
        return answer.result_code, len(server.seen)


def test_a_query_finds_its_result() -> None:
    assert queried(FOUND) == ("1032", 1)


def test_a_query_with_a_refused_token_asks_again_with_a_new_one() -> None:
    tokens = FakeTokens()
    assert queried(TOKEN_REFUSED, FOUND, tokens=tokens) == ("1032", 2)
    assert (tokens.given, tokens.refusals) == (["t1", "t2"], ["t1"])


def test_a_query_asks_again_once_and_only_once() -> None:
    assert queried(TOKEN_REFUSED, TOKEN_REFUSED, FOUND) == (None, 2)


@pytest.mark.parametrize(
    "fault",
    [
        Drop(),
        Hold(),
        Say(status=503, node=b"<html>"),
        Say(status=500, node={"errorCode": "500.001.1001"}),
        Say(node=b'{"ResponseCode": "0", "ResultCode": "0"', promised_bytes=900),
        Say(status=307, headers={"Location": QUERY_PATH}),
    ],
    ids=["dropped", "held", "HTML", "500", "half", "307"],
)
def test_a_query_that_fails_says_not_known_and_is_not_repeated(fault: Answer) -> None:
    assert queried(fault, FOUND) == (None, 1)


def test_a_query_without_an_access_token_says_not_known() -> None:
    assert queried(FOUND, tokens=FakeTokens(failing=True)) == (None, 0)


def test_a_query_to_nobody_says_not_known() -> None:
    assert daraja(closed_port_url()).query("ws_CO_1", now_ms=NOW).result_code is None


def page(rows: int) -> Say:
    """A page of a Pull as Daraja tells it."""
    row = {
        "transactionId": "UKL1AAAA01",
        "trxDate": "2026-11-21T10:00:00Z",
        "msisdn": 712345678,
        "sender": "MPESA",
        "transactiontype": "c2b-pay-bill-debit",
        "billreference": "MTR-001",
        "amount": "100.00",
        "organizationname": "Estate Ltd",
    }
    return Say(node={"ResponseCode": "1000", "Response": [[row] * rows]})


def test_a_page_of_a_pull_may_be_longer_than_any_other_answer() -> None:
    long = page(1_000)
    assert len(long.body) > 2 * MAX_ANSWER_BYTES
    with serving(long) as server:
        pulled = daraja(server.url).pull(from_ms=NOW, to_ms=NOW, offset=0)
    assert pulled is not None
    assert len(pulled.rows) == 1_000


def test_an_endless_page_of_a_pull_is_read_only_to_its_limit_and_is_no_answer() -> None:
    with serving(Say(node=b" " * MAX_PULL_BYTES + page(1).body)) as server:
        assert daraja(server.url).pull(from_ms=NOW, to_ms=NOW, offset=0) is None
