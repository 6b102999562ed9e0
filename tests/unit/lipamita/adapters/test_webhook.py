"""The webhook: one signed POST, and every answer but 2xx means: try again."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from lipamita.adapters.webhook import WebhookNotifier
from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome
from lipamita.domain.units import DAY_MS, Millis

from tests.unit.lipamita.adapters.scripted_http import Answer, Drop, Hold, Say, serving
from tests.unit.lipamita.domain.samples import NOW, TRANSACTION

SECRET = "w" * 40
NOTICE = Notice(
    notice_id="alarm-2026-11-21-forged_callback-0-webhook",
    channel="webhook",
    kind="alarm",
    title="lipamita: forged_callback once",
    body="forged_callback: once — angalia",
    transaction_id=TRANSACTION,
    created_at_ms=NOW,
    expires_at_ms=Millis(NOW + DAY_MS),
)


def told(*answers: Answer) -> tuple[NoticeAnswer, int]:
    """What came of one attempt, and how many requests it took."""
    with serving(*answers) as server:
        notifier = WebhookNotifier(url=server.url, secret=SECRET, read_timeout_s=0.3)
        return notifier.tell(NOTICE, now_ms=NOW), len(server.seen)


def test_a_notice_is_posted_as_json_that_its_receiver_can_verify() -> None:
    with serving(Say(status=204)) as server:
        answer = WebhookNotifier(url=f"{server.url}/in", secret=SECRET).tell(NOTICE, now_ms=NOW)
    assert answer == NoticeAnswer(outcome=NoticeOutcome.DELIVERED)
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/in")
    assert json.loads(seen.body) == {
        "notice_id": NOTICE.notice_id,
        "kind": "alarm",
        "title": NOTICE.title,
        "body": NOTICE.body,
        "transaction_id": TRANSACTION,
        "created_at_ms": NOW,
    }
    assert seen.headers["X-Lipamita-Notice-Id"] == NOTICE.notice_id
    timestamp = seen.headers["X-Lipamita-Timestamp"]
    assert timestamp == str(NOW // 1000)
    expected = hmac.digest(SECRET.encode(), timestamp.encode() + b"." + seen.body, hashlib.sha256)
    assert seen.headers["X-Lipamita-Signature"] == f"sha256={expected.hex()}"


@pytest.mark.parametrize("held", [False, True])
def test_an_answer_whose_body_breaks_off_has_been_taken_all_the_same(held: bool) -> None:
    answer, posts = told(Say(node=b"ok", promised_bytes=900, held=held))
    assert (answer.outcome, posts) == (NoticeOutcome.DELIVERED, 1)


FAULTS: dict[str, tuple[Answer, str]] = {
    "500": (Say(status=500), "HTTP 500"),
    "404": (Say(status=404), "HTTP 404"),
    "401": (Say(status=401), "HTTP 401"),
    "a redirect": (Say(status=302, headers={"Location": "/"}), "HTTP 302"),
    "dropped": (Drop(), "ConnectionError"),
    "no answer in time": (Hold(), "ReadTimeout"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_anything_else_means_try_again_and_is_not_repeated_at_once(fault: str) -> None:
    first, why = FAULTS[fault]
    answer, posts = told(first, Say())
    assert answer == NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why=why)
    assert posts == 1


def test_an_address_where_nobody_listens_is_not_named_in_the_reason() -> None:
    with serving(Say()) as server:
        url = server.url
    answer = WebhookNotifier(url=f"{url}/secret-path", secret=SECRET).tell(NOTICE, now_ms=NOW)
    assert answer == NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why="ConnectionError")
