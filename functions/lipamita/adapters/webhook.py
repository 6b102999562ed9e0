"""Tell a notice to a web address: a chat, a pager, a ticket system behind a small relay.

POST of JSON {notice_id, kind, title, body, transaction_id, created_at_ms}. The receiver checks
``X-Lipamita-Signature: sha256=<hex>``, HMAC-SHA256 with the shared secret over
``<X-Lipamita-Timestamp>.<body>``, refuses old timestamps (whole seconds since 1970), and drops a
notice_id that it has seen: a notice may come twice. Any 2xx means taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json

import requests

from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome
from lipamita.domain.units import SECOND_MS, Millis

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 5
_TAKEN = range(200, 300)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Lipamita-Signature."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class WebhookNotifier:
    """Implements use_cases.notice_ports.Notifier."""

    def __init__(self, *, url: str, secret: str, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._url = url
        self._secret = secret
        self._timeout = (CONNECT_TIMEOUT_S, read_timeout_s)

    def tell(self, notice: Notice, *, now_ms: Millis) -> NoticeAnswer:
        """Deliver once; the receiver knows a repeat by its notice_id."""
        body = json.dumps(
            {
                "notice_id": notice.notice_id,
                "kind": notice.kind,
                "title": notice.title,
                "body": notice.body,
                "transaction_id": notice.transaction_id,
                "created_at_ms": notice.created_at_ms,
            }
        ).encode()
        timestamp = str(now_ms // SECOND_MS)
        headers = {
            "Content-Type": "application/json",
            "X-Lipamita-Notice-Id": notice.notice_id,
            "X-Lipamita-Timestamp": timestamp,
            "X-Lipamita-Signature": signature(self._secret, timestamp, body),
        }
        try:
            with requests.post(
                self._url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,  # what it says beyond its status is of no use to us
            ) as response:
                status = response.status_code
        except requests.RequestException as error:  # its text may name the address: kept out
            return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=type(error).__name__)
        if status in _TAKEN:
            return NoticeAnswer(outcome=NoticeOutcome.DELIVERED)
        return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=f"HTTP {status}")
