"""Talk to Daraja over HTTPS.

A push is POSTed once, on a connection of its own: on a pooled one a closed socket would look the
same as a lost answer. Only calls that cannot move money are repeated, and only after a new token.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from lipamita.adapters.access_token import AccessTokenError, AccessTokens
from lipamita.adapters.answer_body import bounded_body
from lipamita.adapters.c2b_wire import (
    pull_body,
    pulled_rows,
    register_urls_answer,
    register_urls_body,
)
from lipamita.adapters.daraja_wire import (
    Merchant,
    push_answer,
    query_answer,
    stk_push_body,
    stk_query_body,
    token_was_refused,
)
from lipamita.domain.evidence import PushAnswer, PushRefused, PushUnclear, QueryAnswer
from lipamita.domain.units import Millis
from lipamita.use_cases.records import PulledRows, PushRequest

PUSH_PATH = "/mpesa/stkpush/v1/processrequest"
QUERY_PATH = "/mpesa/stkpushquery/v1/query"
PULL_PATH = "/pulltransactions/v1/query"
REGISTER_URLS_PATH = "/mpesa/c2b/v2/registerurl"
MAX_ASKS = 2
CONNECT_TIMEOUT_S = 5
PUSH_READ_TIMEOUT_S = 25  # within the 60 s that Firebase Hosting waits for the function
QUERY_READ_TIMEOUT_S = 8  # asked again later; a run of reconciliation has 45 s for all
MAX_ANSWER_BYTES = 64 * 1024  # no answer of Daraja's is this long
MAX_PULL_BYTES = 4 * 1024 * 1024  # a page of a Pull, of a few hundred bytes a row
_UNREACHABLE = "M-PESA cannot be reached. Nothing was paid; try again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long one call may take, in seconds, and how much of its answer is read."""

    connect_s: float = CONNECT_TIMEOUT_S
    read_s: float
    max_bytes: int = MAX_ANSWER_BYTES


class DarajaHttp:
    """Implements use_cases.ports.Daraja. One is shared by all threads of a process."""

    def __init__(
        self,
        *,
        base_url: str,
        merchant: Merchant,
        tokens: AccessTokens,
        push_read_timeout_s: float = PUSH_READ_TIMEOUT_S,
        query_read_timeout_s: float = QUERY_READ_TIMEOUT_S,
    ) -> None:
        self._base_url = base_url
        self._push_limits = Limits(read_s=push_read_timeout_s)
        self._query_limits = Limits(read_s=query_read_timeout_s)
        self._pull_limits = Limits(read_s=query_read_timeout_s, max_bytes=MAX_PULL_BYTES)
        self._merchant = merchant
        self._tokens = tokens
        self._local = threading.local()

    def push(self, request: PushRequest, *, now_ms: Millis) -> PushAnswer:
        """POST the push exactly once. A lost answer is PushUnclear, never a second POST."""
        try:
            access_token = self._tokens.get()
        except AccessTokenError as error:
            return _not_sent(f"no access token: {error}")
        body = stk_push_body(request, self._merchant, now_ms=now_ms)
        try:
            with requests.Session() as session:
                status, answer = post(
                    session, self._base_url + PUSH_PATH, body, access_token, self._push_limits
                )
        except requests.RequestException as error:
            if never_connected(error):
                return _not_sent(type(error).__name__)
            return PushUnclear(why=type(error).__name__)
        if token_was_refused(answer):
            self._tokens.refused(access_token)
        return push_answer(status, answer)

    def query(self, checkout_request_id: str, *, now_ms: Millis) -> QueryAnswer:
        """Ask what became of a push; with a new token once more if the old one was refused."""
        body = stk_query_body(checkout_request_id, self._merchant, now_ms=now_ms)
        try:
            answer = self._ask(QUERY_PATH, body, self._query_limits)
        except (requests.RequestException, AccessTokenError) as error:
            return QueryAnswer(
                result_code=None, result_desc=type(error).__name__, asked_at_ms=now_ms
            )
        return query_answer(answer, asked_at_ms=now_ms)

    def pull(self, *, from_ms: Millis, to_ms: Millis, offset: int) -> PulledRows | None:
        """A page of what M-Pesa says was paid in that time; None if it did not say."""
        body = pull_body(self._merchant.short_code, from_ms=from_ms, to_ms=to_ms, offset=offset)
        try:
            return pulled_rows(self._ask(PULL_PATH, body, self._pull_limits))
        except (requests.RequestException, AccessTokenError):
            return None

    def register_urls(self, *, validation_url: str, confirmation_url: str) -> str:
        """Tell Safaricom where payments by hand are reported; what it answered.

        A validation that is not answered in time lets the payment through: it then waits in
        suspense if nobody can be found for it.
        """
        body = register_urls_body(
            self._merchant.short_code,
            validation_url=validation_url,
            confirmation_url=confirmation_url,
        )
        try:
            return register_urls_answer(self._ask(REGISTER_URLS_PATH, body, self._query_limits))
        except (requests.RequestException, AccessTokenError) as error:
            return f"no answer: {type(error).__name__}"

    def _ask(self, path: str, body: dict[str, object], limits: Limits) -> bytes:
        """A call that cannot move money; once more if the access token was refused."""
        answer = b""
        for _ in range(MAX_ASKS):
            access_token = self._tokens.get()
            url = self._base_url + path
            _, answer = post(self._session(), url, body, access_token, limits)
            if not token_was_refused(answer):
                break
            self._tokens.refused(access_token)
        return answer

    def _session(self) -> requests.Session:
        """A session for this thread: sessions are not made to be shared."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
        return session


def post(
    session: requests.Session,
    url: str,
    body: dict[str, object],
    access_token: str,
    limits: Limits,
) -> tuple[int, bytes]:
    """One POST: the HTTP status and the body, cut off where it reaches its limit."""
    with session.post(
        url,
        json=body,
        headers={"Authorization": f"Bearer {access_token}"},
        timeout=(limits.connect_s, limits.read_s),
        allow_redirects=False,
        stream=True,
    ) as response:
        return response.status_code, bounded_body(response, limits.max_bytes)


def never_connected(error: requests.RequestException) -> bool:
    """Whether not one byte of the request left: only then is it known that no prompt was sent."""
    cause: object = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, ConnectTimeoutError | NewConnectionError | NameResolutionError)


def _not_sent(detail: str) -> PushRefused:
    return PushRefused(code="push_not_sent", message=_UNREACHABLE, detail=detail, alarm=True)
