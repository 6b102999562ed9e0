"""Our Daraja client works against somebody else's idea of Daraja: PyPI's daraja-mock."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lipamita.adapters.access_token import AccessTokens, token_node
from lipamita.adapters.daraja_http import DarajaHttp
from lipamita.adapters.daraja_wire import Merchant
from lipamita.domain.evidence import PushAcknowledged
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.stk_result import Outcome, outcome
from lipamita.domain.units import Kes
from lipamita.use_cases.records import PushRequest

from tests.unit.lipamita.adapters.live_rtdb import live_database
from tests.unit.lipamita.domain.samples import NOW

HERE = Path(__file__).parent
PYTHON = HERE.parents[2] / ".venv-contract" / "bin" / "python"
END_LIMIT_S = 10
PUSH = PushRequest(
    amount_kes=Kes(500),
    msisdn=Msisdn("254700000001"),
    account_reference="MTR001",
    description="Electricity",
    callback_url="https://estate.example/daraja/callback/-Of2aAbcdEFGHijkl012/00ff",
)


@dataclass
class Mock:
    """The double in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def answers(self, result_code: int) -> int:
        """What queries answer from now on; the number of requests seen so far."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{result_code}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("no .venv-contract: make setup installs tests/contract/daraja/requirements.txt")
    with subprocess.Popen(
        [str(PYTHON), str(HERE / "daraja_mock_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Mock(process, process.stdout.readline().strip())
        process.stdin.close()
        process.wait(END_LIMIT_S)


@pytest.fixture(scope="module")
def daraja(mock: Mock) -> Iterator[DarajaHttp]:
    with live_database() as database:
        tokens = AccessTokens(
            token_node(database.app),
            base_url=mock.url,
            credentials=("test_key", "test_secret"),
            clock=lambda: NOW,
        )
        merchant = Merchant(
            short_code="174379",
            passkey="not-a-real-passkey",
            transaction_type="CustomerPayBillOnline",
            party_b="174379",
        )
        yield DarajaHttp(base_url=mock.url, merchant=merchant, tokens=tokens)


def test_a_push_takes_one_token_and_one_request_and_is_acknowledged(
    mock: Mock, daraja: DarajaHttp
) -> None:
    before = mock.answers(0)
    answer = daraja.push(PUSH, now_ms=NOW)
    assert isinstance(answer, PushAcknowledged)
    assert answer.checkout_request_id.startswith("ws_CO_")
    assert answer.customer_message == "Success. Request accepted for processing"
    assert mock.answers(0) - before == 2  # the token and the push


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, Outcome.PAID),
        (1, Outcome.REFUSED),
        (1032, Outcome.REFUSED),
        (1037, Outcome.REFUSED),
        (4999, Outcome.UNKNOWN),
    ],
)
def test_what_a_query_says_is_understood(
    mock: Mock, daraja: DarajaHttp, code: int, expected: Outcome
) -> None:
    mock.answers(code)
    answer = daraja.query("ws_CO_1", now_ms=NOW)
    assert (answer.result_code, answer.throttled) == (str(code), False)
    assert outcome(answer.result_code) is expected


def test_an_api_that_it_does_not_have_is_not_known_rather_than_empty(daraja: DarajaHttp) -> None:
    assert daraja.pull(from_ms=NOW, to_ms=NOW, offset=0) is None
