"""One Daraja access token for all instances, kept in the database.

A new token is said to kill the one before it, so two instances must never fetch at the same time:
the right to fetch is a lease, taken by compare-and-set on ``daraja_access_token``. The others wait
for the token that the holder of the lease will write.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from firebase_admin import App, db
from firebase_admin.exceptions import FirebaseError

from lipamita.adapters import log
from lipamita.adapters.daraja_wire import access_token_from_body
from lipamita.adapters.fields import Fields
from lipamita.domain.errors import UnreadableError
from lipamita.domain.merchants import MAIN_SENDER
from lipamita.domain.units import SECOND_MS, Millis

PATH = "daraja_access_token"  # below it one node for each app of the portal
MAIN_PATH = f"{PATH}/{MAIN_SENDER}"
REFRESH_EARLY_MS = 60 * SECOND_MS
MAX_WAITS = 100
CONNECT_TIMEOUT_S = 5


class AccessTokenError(Exception):
    """No access token could be had; nothing was sent to the API that needed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a fetch may take, and how long the others wait for it.

    The lease is longer than the fetch; MAX_WAITS waits are a little longer than a lease whose
    holder died.
    """

    lease_ms: int = 20 * SECOND_MS
    wait_s: float = 0.25
    read_timeout_s: float = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and when it stops being good."""

    access_token: str
    expires_at_ms: Millis


def token_node(app: App, sender: str = MAIN_SENDER) -> Any:
    """Where the instances share the token of that Daraja app."""
    return db.reference(f"{PATH}/{sender}", app=app)


class AccessTokens:
    """The token of one Daraja app. One is shared by all threads of a process.

    ``on_failure`` is told why no token could be had; it may take its time, but not long.
    """

    def __init__(
        self,
        node: Any,
        *,
        base_url: str,
        credentials: tuple[str, str],
        clock: Callable[[], Millis],
        patience: Patience | None = None,
    ) -> None:
        self._reference: Any = node
        self._url = f"{base_url}/oauth/v1/generate"
        self._credentials = credentials  # consumer key and secret
        self._clock = clock
        self.on_failure: Callable[[str], None] = lambda _: None
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._held: Token | None = None

    def get(self) -> str:
        """A token that is good for another minute. Raises AccessTokenError."""
        with self._lock:
            if self._held is None or not self._is_good(self._held):
                try:
                    self._held = self._shared()
                except (FirebaseError, UnreadableError) as error:
                    raise AccessTokenError(f"database: {type(error).__name__}") from error
            return self._held.access_token

    def refused(self, access_token: str) -> None:
        """Daraja did not accept this token: forget it, here and for the other instances.

        Never raises: the caller holds an answer of Daraja's that must not be lost over this.
        """
        with self._lock:
            if self._held is not None and self._held.access_token == access_token:
                self._held = None
            try:
                node, tag = self._reference.get(etag=True)
                if isinstance(node, dict) and node.get("access_token") == access_token:
                    self._reference.set_if_unchanged(tag, {"forgotten_at": self._clock()})
            except FirebaseError as error:
                log.access_token_failed(f"not forgotten: {type(error).__name__}")

    def _is_good(self, token: Token) -> bool:
        return self._clock() < token.expires_at_ms - REFRESH_EARLY_MS

    def _shared(self) -> Token:
        me = secrets.token_hex(8)
        for _ in range(MAX_WAITS):
            node, tag = self._reference.get(etag=True)
            fields = Fields.of(self._reference.path, node or {})
            token = _stored_token(fields)
            if token is not None and self._is_good(token):
                return token
            now_ms = self._clock()
            if fields.whole_or("lease_until", 0) <= now_ms:
                lease = {"lease_holder": me, "lease_until": now_ms + self._patience.lease_ms}
                taken, _, _ = self._reference.set_if_unchanged(tag, lease)
                if taken:
                    return self._fetch()
            time.sleep(self._patience.wait_s)
        raise AccessTokenError("another instance holds the lease and wrote no token")

    def _fetch(self) -> Token:
        asked_at_ms = self._clock()
        try:
            answer = requests.get(
                self._url,
                params={"grant_type": "client_credentials"},
                auth=self._credentials,
                timeout=(CONNECT_TIMEOUT_S, self._patience.read_timeout_s),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return self._failed(type(error).__name__)
        parsed = access_token_from_body(answer.content)
        if answer.status_code != requests.codes.ok or parsed is None:
            return self._failed(f"HTTP {answer.status_code} without a token")
        access_token, lives_s = parsed
        token = Token(
            access_token=access_token, expires_at_ms=Millis(asked_at_ms + lives_s * SECOND_MS)
        )
        # Safe to repeat: the lease is ours, and the whole node is one token.
        self._reference.set(
            {
                "access_token": access_token,
                "fetched_at": asked_at_ms,
                "expires_at": token.expires_at_ms,
            }
        )
        log.access_token_refreshed(lives_s)
        return token

    def _failed(self, why: str) -> Token:
        self._reference.update({"lease_until": 0})
        log.access_token_failed(why)
        try:
            self.on_failure(why)
        except Exception as error:  # somebody waits for our own answer
            log.access_token_failed(f"not told: {type(error).__name__}")
        raise AccessTokenError(why)


def _stored_token(fields: Fields) -> Token | None:
    access_token = fields.optional_text("access_token")
    if access_token is None:
        return None
    return Token(access_token=access_token, expires_at_ms=Millis(fields.whole_or("expires_at", 0)))
