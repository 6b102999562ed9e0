"""One SMS for one notice: sent, refused for good, or not sent and tried later; never twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from lipamita.adapters.africas_talking import MAX_SMS, AfricasTalkingSms, sms_answer
from lipamita.domain.ids import Uid
from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome, NoticeStatus
from lipamita.domain.units import HOUR_MS, Millis
from lipamita.use_cases.notify import notify, put_notice

from tests.fakes.estate import OWNER, Estate
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.sms_gateway import SmsGateway, sms_gateway
from tests.unit.lipamita.adapters.scripted_http import Say, serving

NOW = Millis(1_795_000_000_000)
NOTICE = Notice(
    notice_id="to-x-paid-sms",
    channel="sms",
    kind="paid",
    title="lipamita",
    body="KES 500 received",
    created_at_ms=NOW,
    expires_at_ms=Millis(NOW + 1),
    recipient=Uid("tenant-amina"),
)


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with sms_gateway() as gateway:
        yield gateway


def channel_to(
    url: str, phone: str | None = "254700000001", *, read_timeout_s: float = 5
) -> AfricasTalkingSms:
    return AfricasTalkingSms(
        base_url=url,
        username="estate",
        api_key="k" * 32,
        sender_id="LIPAMITA",
        phone_of=lambda _: phone,
        read_timeout_s=read_timeout_s,
    )


def tell(url: str, notice: Notice = NOTICE, phone: str | None = "254700000001") -> NoticeAnswer:
    return channel_to(url, phone).tell(notice, now_ms=NOW)


def test_an_sms_is_sent_as_the_gateway_expects_it(gateway: SmsGateway) -> None:
    assert tell(gateway.url).outcome is NoticeOutcome.DELIVERED
    assert gateway.messages == [
        {
            "username": "estate",
            "to": "+254700000001",
            "message": "KES 500 received",
            "from": "LIPAMITA",
        }
    ]
    assert gateway.api_keys == ["k" * 32]


def test_a_long_text_is_cut(gateway: SmsGateway) -> None:
    tell(gateway.url, replace(NOTICE, body="x" * 900))
    assert len(gateway.messages[0]["message"]) == MAX_SMS


def test_nobody_to_tell_is_refused_without_asking(gateway: SmsGateway) -> None:
    assert tell(gateway.url, phone=None).outcome is NoticeOutcome.REFUSED
    assert tell(gateway.url, replace(NOTICE, recipient=None)).outcome is NoticeOutcome.REFUSED
    assert gateway.messages == []


def test_an_answer_that_was_lost_is_not_asked_for_again(gateway: SmsGateway) -> None:
    gateway.drops = True
    answer = tell(gateway.url)
    assert (answer.outcome, len(gateway.messages)) == (NoticeOutcome.REFUSED, 1)


@pytest.mark.parametrize("fault", ["cut off", "held"])
def test_an_answer_that_breaks_off_is_not_asked_for_again(fault: str) -> None:
    begun = Say(status=201, node=b'{"SMSMess', promised_bytes=200, held=fault == "held")
    with serving(begun) as server:
        channel = channel_to(server.url, read_timeout_s=0.2)
        estate = Estate(notifiers={"sms": channel})
        lasting = Millis(estate.now_ms + 100 * HOUR_MS)
        waiting = replace(NOTICE, recipient=OWNER.uid, expires_at_ms=lasting)
        put_notice(replace(waiting, created_at_ms=estate.now_ms), estate.world)
        for _ in range(3):
            notify(estate.world, until_ms=lasting)
            estate.wait(HOUR_MS)
        kept = estate.store.notices[NOTICE.notice_id]
        assert (len(server.seen), kept.status) == (1, NoticeStatus.GIVEN_UP)


def test_an_attempt_that_died_counts_as_sent(gateway: SmsGateway) -> None:
    assert tell(gateway.url, replace(NOTICE, attempts=1)).outcome is NoticeOutcome.REFUSED
    assert gateway.messages == []
    refused_before = replace(NOTICE, attempts=1, last_error="HTTP 429")
    assert tell(gateway.url, refused_before).outcome is NoticeOutcome.DELIVERED


def test_what_never_left_is_tried_again() -> None:
    assert tell("http://127.0.0.1:1").outcome is NoticeOutcome.TRY_AGAIN


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (201, 100, NoticeOutcome.DELIVERED),
        (201, 101, NoticeOutcome.DELIVERED),
        (200, 102, NoticeOutcome.DELIVERED),
        (201, 401, NoticeOutcome.TRY_AGAIN),
        (201, 405, NoticeOutcome.TRY_AGAIN),
        (201, 500, NoticeOutcome.TRY_AGAIN),
        (201, 403, NoticeOutcome.REFUSED),
        (201, 406, NoticeOutcome.REFUSED),
        (401, 101, NoticeOutcome.TRY_AGAIN),
        (429, 101, NoticeOutcome.TRY_AGAIN),
        (503, 101, NoticeOutcome.TRY_AGAIN),
        (500, 101, NoticeOutcome.REFUSED),
        (302, 101, NoticeOutcome.REFUSED),
    ],
)
def test_each_answer_means_one_thing(
    gateway: SmsGateway, status: int, code: int, outcome: NoticeOutcome
) -> None:
    gateway.status, gateway.code = status, code
    assert tell(gateway.url).outcome is outcome


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"SMSMessageData": {"Recipients": []}}',
        b"\xff",
        b'{"SMSMessageData": 5}',
    ],
)
def test_an_answer_without_a_recipient_is_no_success(body: bytes) -> None:
    assert sms_answer(201, body).outcome is NoticeOutcome.REFUSED


def test_no_phone_number_is_told_in_an_error(gateway: SmsGateway) -> None:
    gateway.drops = True
    assert "254700000001" not in tell(gateway.url).why
    assert "254700000001" not in tell("http://127.0.0.1:1").why


def test_an_attempt_that_died_after_a_refusal_counts_as_sent_too(gateway: SmsGateway) -> None:
    estate = Estate(notifiers={"sms": channel_to(gateway.url)})
    lasting = Millis(estate.now_ms + 100 * HOUR_MS)
    waiting = replace(NOTICE, recipient=OWNER.uid, expires_at_ms=lasting)
    put_notice(replace(waiting, created_at_ms=estate.now_ms), estate.world)

    def run() -> None:
        estate.wait(4 * HOUR_MS)
        notify(estate.world, until_ms=lasting)

    gateway.status = 429
    run()
    gateway.status = 201

    def die_once_it_is_sent(_: str) -> None:
        if len(gateway.messages) == 2:
            raise ProcessDiedError

    estate.store.before_write = die_once_it_is_sent
    run()  # nothing more that it does is ever written
    estate.store.before_write = lambda _: None
    run()
    run()
    kept = estate.store.notices[NOTICE.notice_id]
    assert (len(gateway.messages), kept.status) == (2, NoticeStatus.GIVEN_UP)
