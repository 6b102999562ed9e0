"""SMS by Africa's Talking: POST {base}/version1/messaging, a form, with the header apiKey.

https://developers.africastalking.com/docs/sms/sending/bulk. Accepted is a recipient with statusCode
100 to 102. An SMS is never sent twice for one notice: an answer that was lost is not asked for
again, and an attempt that an earlier process made without an outcome counts as sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from lipamita.adapters.answer_body import bounded_body
from lipamita.domain.ids import Uid
from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome, outcome_unknown
from lipamita.domain.units import Millis

PATH = "/version1/messaging"
CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 5
MAX_ANSWER_BYTES = 16 * 1024
MAX_SMS = 320  # two parts; more would cost more than it tells
ACCEPTED = frozenset({100, 101, 102})
HOPELESS = frozenset({402, 403, 404, 406, 407, 409})  # sender, number, blacklist, no route, DND
LATER_STATUSES = frozenset({401, 403, 429, 503})  # refused before anything was sent


class AfricasTalkingSms:
    """Implements use_cases.notice_ports.Notifier for tenants' phones."""

    def __init__(  # noqa: PLR0913 - a gateway's account and how long to wait for it
        self,
        *,
        base_url: str,
        username: str,
        api_key: str,
        sender_id: str,
        phone_of: Callable[[Uid], str | None],
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._url = base_url + PATH
        self._username, self._api_key, self._sender_id = username, api_key, sender_id
        self._phone_of = phone_of
        self._timeout = (CONNECT_TIMEOUT_S, read_timeout_s)

    def tell(self, notice: Notice, *, now_ms: Millis) -> NoticeAnswer:  # noqa: ARG002
        """Send one SMS; the number is read now and never kept with the notice."""
        phone = self._phone_of(notice.recipient) if notice.recipient else None
        if phone is None:
            return _refused("the person has no phone number")
        if outcome_unknown(notice):
            return _refused("an earlier attempt ended without an answer; it may have been sent")
        form = {"username": self._username, "to": f"+{phone}", "message": notice.body[:MAX_SMS]}
        if self._sender_id:
            form["from"] = self._sender_id
        try:
            with requests.post(
                self._url,
                data=form,
                headers={"apiKey": self._api_key, "Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = bounded_body(response, MAX_ANSWER_BYTES)
                return sms_answer(response.status_code, body)
        except requests.RequestException as error:  # its text may name the number: kept out
            if _never_connected(error):
                return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=type(error).__name__)
            return _refused(f"{type(error).__name__}: it may have been sent")


def sms_answer(status: int, body: bytes) -> NoticeAnswer:
    """What an answer means for the notice."""
    if status in LATER_STATUSES:
        return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=f"HTTP {status}")
    if status not in (200, 201):
        return _refused(f"HTTP {status}")
    code = _status_code(body)
    if code in ACCEPTED:
        return NoticeAnswer(outcome=NoticeOutcome.DELIVERED)
    if code is None or code in HOPELESS:
        return _refused("no recipient was accepted" if code is None else f"status {code}")
    return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=f"status {code}")


def _status_code(body: bytes) -> int | None:
    try:
        node = json.loads(body)
        code = node["SMSMessageData"]["Recipients"][0]["statusCode"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _never_connected(error: requests.RequestException) -> bool:
    cause: object = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, ConnectTimeoutError | NewConnectionError | NameResolutionError)


def _refused(why: str) -> NoticeAnswer:
    return NoticeAnswer(outcome=NoticeOutcome.REFUSED, why=why)
