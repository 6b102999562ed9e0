"""Send money and ask what became of it, over HTTPS. Each POST that can move money is made once,
on a connection of its own: on a pooled one a closed socket would look the same as a lost answer.
"""

from __future__ import annotations

import requests

from lipamita.adapters.access_token import AccessTokenError, AccessTokens
from lipamita.adapters.daraja_http import Limits, never_connected, post
from lipamita.adapters.daraja_wire import token_was_refused
from lipamita.adapters.money_out_wire import (
    Initiator,
    payout_body,
    reversal_body,
    send_answer,
    status_body,
)
from lipamita.domain.money_out import (
    NotTaken,
    Payout,
    Reversal,
    SendAnswer,
    StatusQuestion,
    Taken,
    Unclear,
)

PAYOUT_PATH = "/mpesa/b2c/v3/paymentrequest"
REVERSAL_PATH = "/mpesa/reversal/v1/request"
STATUS_PATH = "/mpesa/transactionstatus/v1/query"
READ_TIMEOUT_S = 20
MAX_ASKS = 2


class MoneyOutHttp:
    """Implements use_cases.refund_ports.MoneyOut. One is shared by all threads of a process."""

    def __init__(
        self,
        *,
        base_url: str,
        initiator: Initiator,
        tokens: AccessTokens,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._base_url = base_url
        self._initiator = initiator
        self._tokens = tokens
        self._limits = Limits(read_s=read_timeout_s)

    def pay(self, payout: Payout) -> SendAnswer:
        """POST the payout exactly once. A lost answer is Unclear, never a second POST."""
        return self._once(PAYOUT_PATH, payout_body(payout, self._initiator))

    def reverse(self, reversal: Reversal) -> SendAnswer:
        """POST the reversal exactly once. A lost answer is Unclear, never a second POST."""
        return self._once(REVERSAL_PATH, reversal_body(reversal, self._initiator))

    def ask_status(self, question: StatusQuestion) -> bool:
        """Ask; with a new token once more if the old one was refused, as nothing moves."""
        body = status_body(question, self._initiator)
        for _ in range(MAX_ASKS):
            try:
                access_token = self._tokens.get()
                status, answer = self._post(STATUS_PATH, body, access_token)
            except (requests.RequestException, AccessTokenError):
                return False
            if not token_was_refused(answer):
                return isinstance(send_answer(status, answer), Taken)
            self._tokens.refused(access_token)
        return False

    def _once(self, path: str, body: dict[str, object]) -> SendAnswer:
        try:
            access_token = self._tokens.get()
        except AccessTokenError as error:
            return NotTaken(why=f"no access token: {error}")
        try:
            status, answer = self._post(path, body, access_token)
        except requests.RequestException as error:
            why = type(error).__name__
            return NotTaken(why=why) if never_connected(error) else Unclear(why=why)
        if token_was_refused(answer):
            self._tokens.refused(access_token)
        return send_answer(status, answer)

    def _post(self, path: str, body: dict[str, object], access_token: str) -> tuple[int, bytes]:
        with requests.Session() as session:
            return post(session, self._base_url + path, body, access_token, self._limits)
