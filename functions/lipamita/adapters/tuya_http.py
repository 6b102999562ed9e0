"""Talk to Tuya's cloud over HTTPS. A charge is POSTed once, on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests

from lipamita.adapters.answer_body import bounded_body
from lipamita.adapters.tuya_wire import (
    TOKEN_PATH,
    Call,
    Project,
    Token,
    charge_answer,
    charge_body,
    commands_path,
    properties_answer,
    properties_path,
    signed_headers,
    token_answer,
    token_was_refused,
)
from lipamita.domain.ids import RandomBytes
from lipamita.domain.units import Millis
from lipamita.domain.vending import Reading

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 8
MAX_ANSWER_BYTES = 64 * 1024
MAX_ASKS = 2
NONCE_BYTES = 16


class TuyaHttp:
    """Implements use_cases.vend_ports.VendingCloud. One is shared by all threads of a process."""

    def __init__(
        self,
        *,
        base_url: str,
        project: Project,
        clock: Callable[[], Millis],
        random_bytes: RandomBytes,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._base_url = base_url
        self._project = project
        self._clock = clock
        self._random_bytes = random_bytes
        self._timeout = (CONNECT_TIMEOUT_S, read_timeout_s)
        self._lock = threading.Lock()
        self._token: Token | None = None

    def charge(self, device_id: str, units: int) -> bool | None:
        """POST the charge exactly once; a lost answer is None, never a second POST."""
        try:
            token = self._get_token()
            if token is None:
                return False  # nothing was sent
            path, body = commands_path(device_id), charge_body(units)
            call = Call(method="POST", path=path, body=body, token=token)
            return charge_answer(self._send(call))
        except requests.RequestException:
            return None

    def read(self, device_id: str) -> Reading | None:
        """What the meter last reported; once more with a new token if the old one was refused."""
        try:
            for _ in range(MAX_ASKS):
                token = self._get_token()
                if token is None:
                    return None
                answer = self._send(
                    Call(method="GET", path=properties_path(device_id), token=token)
                )
                if not token_was_refused(answer):
                    return properties_answer(answer)
                self._forget(token)
        except requests.RequestException:
            return None
        return None

    def _get_token(self) -> str | None:
        with self._lock:
            now_ms = self._clock()
            if self._token is None or now_ms >= self._token.good_until_ms:
                answer = self._send(Call(method="GET", path=TOKEN_PATH))
                self._token = token_answer(answer, now_ms=now_ms)
            return None if self._token is None else self._token.text

    def _forget(self, refused: str) -> None:
        with self._lock:
            if self._token is not None and self._token.text == refused:
                self._token = None

    def _send(self, call: Call) -> bytes:
        nonce = self._random_bytes(NONCE_BYTES).hex()
        headers = signed_headers(self._project, call, now_ms=self._clock(), nonce=nonce)
        with (
            requests.Session() as session,
            session.request(
                call.method,
                self._base_url + call.path,
                data=call.body.encode(),
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return bounded_body(response, MAX_ANSWER_BYTES)
