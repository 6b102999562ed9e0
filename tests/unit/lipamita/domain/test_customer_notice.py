"""What tenants are told: in their words, when they are awake, and as they chose."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from lipamita.domain.customer_notice import (
    EVENT_OF_ALERT,
    SWITCH_OF,
    SWITCHED_ON,
    TEXTS,
    CustomerEvent,
    News,
    QuietHours,
    customer_notice,
    is_wanted,
    kwh,
    wakes_at,
)
from lipamita.domain.ids import Uid
from lipamita.domain.units import EAT, Millis

NIGHT = QuietHours(from_hour=21, to_hour=7)
FACTS = {
    "meter": "House A1",
    "amount_kes": "500",
    "receipt": "UKL1AAAA01",
    "energy": "31.3",
    "balance": "33.8",
    "hours": "47",
}
ONE_SMS = 160


def at(text: str) -> Millis:
    return Millis(int(datetime.fromisoformat(text).replace(tzinfo=EAT).timestamp()) * 1000)


@pytest.mark.parametrize(
    ("now", "due", "quiet"),
    [
        ("2026-11-21T12:00", "2026-11-21T12:00", NIGHT),
        ("2026-11-21T20:59", "2026-11-21T20:59", NIGHT),
        ("2026-11-21T21:00", "2026-11-22T07:00", NIGHT),
        ("2026-11-22T06:59", "2026-11-22T07:00", NIGHT),
        ("2026-11-22T07:00", "2026-11-22T07:00", NIGHT),
        ("2026-11-21T13:30", "2026-11-21T14:00", QuietHours(from_hour=13, to_hour=14)),
        ("2026-11-21T23:00", "2026-11-21T23:00", QuietHours(from_hour=13, to_hour=14)),
        ("2026-11-21T23:00", "2026-11-21T23:00", QuietHours(from_hour=5, to_hour=5)),
    ],
)
def test_news_wait_for_the_end_of_the_quiet_hours(now: str, due: str, quiet: QuietHours) -> None:
    assert wakes_at(at(now), quiet) == at(due)


@pytest.mark.parametrize("event", CustomerEvent)
@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_event_has_words_that_fit_one_sms(event: CustomerEvent, language: str) -> None:
    words = TEXTS[event][language]
    assert set(re.findall(r"{(\w+)}", words)) <= set(FACTS)
    assert len(words.format_map(FACTS)) <= ONE_SMS
    assert words.isascii()  # other letters would halve what fits


@pytest.mark.parametrize("event", CustomerEvent)
def test_every_event_hangs_on_a_switch(event: CustomerEvent) -> None:
    switch = SWITCH_OF[event]
    assert is_wanted(event, {}) is SWITCHED_ON[switch]
    assert is_wanted(event, {switch: True})
    assert not is_wanted(event, {switch: False})


def test_every_alert_has_its_event() -> None:
    assert set(EVENT_OF_ALERT.values()) < set(CustomerEvent)


def notice_at(event: CustomerEvent, now: str) -> Millis | None:
    news = News(event=event, about="x", recipient=Uid("u"), facts=FACTS)
    notice = customer_notice(news, channel="sms", language="fr", now_ms=at(now), quiet=NIGHT)
    return notice.next_check_at_ms


def test_urgent_news_do_not_wait_for_morning() -> None:
    assert notice_at(CustomerEvent.TAMPER, "2026-11-21T23:00") == at("2026-11-21T23:00")
    assert notice_at(CustomerEvent.LOW_CREDIT, "2026-11-21T23:00") == at("2026-11-22T07:00")


@pytest.mark.parametrize(
    ("energy_wh", "shown"),
    [(0, "0.0"), (31_325, "31.3"), (99, "0.0"), (-1_250, "-1.2"), (None, "-")],
)
def test_energy_is_shown_with_one_digit(energy_wh: int | None, shown: str) -> None:
    assert kwh(energy_wh) == shown
