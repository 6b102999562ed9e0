"""Channels are made of their settings; a half-made or unsafe one is refused by name."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import ConfigurationError
from lipamita.entrypoints import notifying

NAMES = ("ALARM_CHANNELS", "WEBHOOK_URL", "WEBHOOK_SECRET", "FUNCTIONS_EMULATOR")
GOOD = {"WEBHOOK_URL": "https://hooks.example/lipamita", "WEBHOOK_SECRET": "w" * 32}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def channels(monkeypatch: pytest.MonkeyPatch, **values: str) -> tuple[str, ...]:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return notifying.read_alarm_channels()


def at_fault(monkeypatch: pytest.MonkeyPatch, **values: str) -> str | None:
    with pytest.raises(ConfigurationError) as refused:
        channels(monkeypatch, **values)
    return refused.value.field


def test_alarms_are_told_to_the_log_unless_something_else_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert channels(monkeypatch) == ("log",)
    assert channels(monkeypatch, ALARM_CHANNELS=" ") == ("log",)
    assert set(notifying.make_notifiers()) == {"log"}


def test_several_channels_are_named_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert channels(monkeypatch, **GOOD, ALARM_CHANNELS="log, webhook") == ("log", "webhook")
    assert {"log", "webhook"} <= set(notifying.make_notifiers())


@pytest.mark.parametrize("named", ["pigeon", "log,pigeon", "Log", "webhook"])
def test_a_channel_that_is_unknown_or_not_set_up_is_refused(
    monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    assert at_fault(monkeypatch, ALARM_CHANNELS=named) == "ALARM_CHANNELS"


@pytest.mark.parametrize("secret", ["", "w" * 31])
def test_a_webhook_needs_a_long_secret(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    assert at_fault(monkeypatch, **{**GOOD, "WEBHOOK_SECRET": secret}) == "WEBHOOK_SECRET"


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example", "https://", "hooks.example", "https://a:b@hooks.example", "https://["],
)
def test_an_unsafe_webhook_address_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert at_fault(monkeypatch, **{**GOOD, "WEBHOOK_URL": url}) == "WEBHOOK_URL"


def test_under_the_emulators_a_webhook_may_be_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    local = {**GOOD, "WEBHOOK_URL": "http://127.0.0.1:9999", "FUNCTIONS_EMULATOR": "true"}
    assert channels(monkeypatch, **local, ALARM_CHANNELS="webhook") == ("webhook",)
