"""The channels that notices go through: their settings, checked, and their adapters, made.

A channel is one entry of ``CHANNELS``: its name, and a function that makes it or says which
setting is missing. ``log`` is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from firebase_functions.params import SecretParam, StringParam

from lipamita.adapters.log import LogNotifier
from lipamita.adapters.webhook import WebhookNotifier
from lipamita.entrypoints.web_address import web_address, wrong
from lipamita.use_cases.notice_ports import Notifier

ALARM_CHANNELS = StringParam(
    "ALARM_CHANNELS",
    default="log",
    description="Where alarms are told, separated by commas: log, webhook",
)
WEBHOOK_URL = StringParam(
    "WEBHOOK_URL", default="", description="Where the channel webhook POSTs notices (https)"
)
WEBHOOK_SECRET = SecretParam("WEBHOOK_SECRET")
SECRET_PARAMS = (WEBHOOK_SECRET,)
MIN_SECRET_CHARACTERS = 32


def read_alarm_channels() -> tuple[str, ...]:
    """The channels that alarms go through. Raises ConfigurationError for one that is not set up."""
    names = tuple(name.strip() for name in ALARM_CHANNELS.value.split(",") if name.strip())
    known = make_notifiers()
    for name in names:
        if name not in CHANNELS:
            expected = f"must be some of {', '.join(CHANNELS)}, found {name!r}"
            raise wrong("ALARM_CHANNELS", expected)
        if name not in known:
            raise wrong("ALARM_CHANNELS", f"names {name}, which has no settings")
    return names or ("log",)


def make_notifiers() -> Mapping[str, Notifier]:
    """Every channel that is set up, by name. Raises ConfigurationError."""
    made = {name: make() for name, make in CHANNELS.items()}
    return {name: notifier for name, notifier in made.items() if notifier is not None}


def check_addresses() -> None:
    """Raises ConfigurationError for an address that must not be spoken to; needs no secrets."""
    if WEBHOOK_URL.value:
        web_address("WEBHOOK_URL", WEBHOOK_URL.value)


def _webhook() -> Notifier | None:
    url, secret = WEBHOOK_URL.value, WEBHOOK_SECRET.value
    if not url:
        return None
    if len(secret) < MIN_SECRET_CHARACTERS:
        raise wrong("WEBHOOK_SECRET", f"must have at least {MIN_SECRET_CHARACTERS} characters")
    return WebhookNotifier(url=web_address("WEBHOOK_URL", url), secret=secret)


CHANNELS: Mapping[str, Callable[[], Notifier | None]] = {"log": LogNotifier, "webhook": _webhook}
