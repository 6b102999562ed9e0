"""Money is sent by one POST, whatever happens on the line; a question may be asked again."""

from __future__ import annotations

import socket

import pytest
from lipamita.adapters.money_out_http import MoneyOutHttp
from lipamita.adapters.money_out_wire import Initiator
from lipamita.domain.money_out import (
    NotTaken,
    Payout,
    SendAnswer,
    StatusQuestion,
    Taken,
    Unclear,
)
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Kes

from tests.unit.lipamita.adapters.scripted_http import Answer, Drop, Hold, Say, serving
from tests.unit.lipamita.adapters.test_daraja_http import FakeTokens

INITIATOR = Initiator(
    name="api", security_credential="sealed", short_code="600000", payout_short_code="600000"
)
PAYOUT = Payout(
    own_id="r-1",
    amount_kes=Kes(200),
    msisdn=Msisdn("254700000001"),
    remarks="back",
    result_url="https://x.example/r",
    timeout_url="https://x.example/t",
)
QUESTION = StatusQuestion(
    conversation_id="r-1",
    remarks="back",
    result_url="https://x.example/r",
    timeout_url="https://x.example/t",
)
ACCEPTED = Say(node={"ResponseCode": "0", "ConversationID": "AG_1"})
TOKEN_REFUSED = Say(status=404, node={"errorCode": "404.001.03"})
FAULTS: dict[str, tuple[Answer, type[SendAnswer]]] = {
    "accepted": (ACCEPTED, Taken),
    "dropped": (Drop(), Unclear),
    "held": (Hold(), Unclear),
    "cut off": (Say(node=b'{"Resp', promised_bytes=500), Unclear),
    "500": (Say(status=500), Unclear),
    "half an answer": (Say(node=b'{"Resp', promised_bytes=500, held=True), Unclear),
    "token refused": (TOKEN_REFUSED, NotTaken),
}


def money_out(url: str, tokens: FakeTokens | None = None) -> MoneyOutHttp:
    return MoneyOutHttp(
        base_url=url, initiator=INITIATOR, tokens=tokens or FakeTokens(), read_timeout_s=0.2
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_payout_is_one_post(name: str) -> None:
    fault, kind = FAULTS[name]
    with serving(fault, ACCEPTED) as server:
        assert isinstance(money_out(server.url).pay(PAYOUT), kind)
        assert len(server.seen) == 1


def test_what_never_left_was_not_taken() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert isinstance(money_out(url).pay(PAYOUT), NotTaken)


def test_without_an_access_token_nothing_is_sent() -> None:
    with serving(ACCEPTED) as server:
        assert isinstance(money_out(server.url, FakeTokens(failing=True)).pay(PAYOUT), NotTaken)
        assert server.seen == []


def test_a_question_is_asked_again_with_a_new_token() -> None:
    with serving(TOKEN_REFUSED, ACCEPTED) as server:
        assert money_out(server.url).ask_status(QUESTION)
        assert len(server.seen) == 2
