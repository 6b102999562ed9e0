"""The channels by which tenants are told: their settings, checked, and their adapters, made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from firebase_functions.params import IntParam, SecretParam, StringParam

from lipamita.adapters.africas_talking import AfricasTalkingSms
from lipamita.adapters.fcm import FcmNotifier, firebase_send
from lipamita.domain.customer_notice import QuietHours
from lipamita.domain.ids import Uid
from lipamita.entrypoints.web_address import web_address, wrong
from lipamita.use_cases.identity_ports import PeopleStore
from lipamita.use_cases.notice_ports import Notifier
from lipamita.use_cases.tell_customer import PUSH, SMS

CUSTOMER_CHANNELS = StringParam(
    "CUSTOMER_CHANNELS",
    default="",
    description="How tenants are told, separated by commas: fcm, sms; empty: not at all",
)
SMS_BASE_URL = StringParam(
    "SMS_BASE_URL",
    default="https://api.africastalking.com",
    description="Africa's Talking; https://api.sandbox.africastalking.com to try it",
)
SMS_USERNAME = StringParam("SMS_USERNAME", default="", description="Of the Africa's Talking app")
SMS_SENDER_ID = StringParam(
    "SMS_SENDER_ID", default="", description="Short code or alphanumeric sender; empty: shared"
)
QUIET_FROM_HOUR = IntParam("QUIET_FROM_HOUR", default=21, description="EAT; not urgent news wait")
QUIET_TO_HOUR = IntParam("QUIET_TO_HOUR", default=7, description="EAT; until this hour")
SMS_API_KEY = SecretParam("SMS_API_KEY")
SECRET_PARAMS = (SMS_API_KEY,)
_SENDER = re.compile(r"[A-Za-z0-9 _-]{1,11}|[0-9]{3,8}", re.ASCII)


def read_customer_channels() -> tuple[str, ...]:
    """The channels that are switched on. Raises ConfigurationError, naming the parameter."""
    names = tuple(name.strip() for name in CUSTOMER_CHANNELS.value.split(",") if name.strip())
    for name in names:
        if name not in (PUSH, SMS):
            raise wrong("CUSTOMER_CHANNELS", f"must be some of {PUSH}, {SMS}, found {name!r}")
    if SMS in names:
        web_address("SMS_BASE_URL", SMS_BASE_URL.value)
        if not SMS_USERNAME.value:
            raise wrong("SMS_USERNAME", "must name the Africa's Talking app")
        if SMS_SENDER_ID.value and not _SENDER.fullmatch(SMS_SENDER_ID.value):
            raise wrong("SMS_SENDER_ID", "must be at most 11 letters and digits, or a short code")
    return names


def read_quiet_hours() -> QuietHours:
    """When not urgent news wait. Raises ConfigurationError."""
    for param in (QUIET_FROM_HOUR, QUIET_TO_HOUR):
        if not 0 <= param.value <= 23:
            raise wrong(param.name, "must be an hour from 0 to 23")
    return QuietHours(from_hour=QUIET_FROM_HOUR.value, to_hour=QUIET_TO_HOUR.value)


def make_customer_channels(app: Any, store: PeopleStore) -> Mapping[str, Notifier]:
    """The adapters of the channels that are switched on. Raises ConfigurationError."""
    names = read_customer_channels()
    made: dict[str, Notifier] = {}
    if PUSH in names:
        made[PUSH] = FcmNotifier(
            send=firebase_send(app),
            tokens_of=store.push_tokens,
            forget=store.remove_push_token,
        )
    if SMS in names:
        if not SMS_API_KEY.value:
            raise wrong("SMS_API_KEY", "is not set")
        made[SMS] = AfricasTalkingSms(
            base_url=SMS_BASE_URL.value.rstrip("/"),
            username=SMS_USERNAME.value,
            api_key=SMS_API_KEY.value,
            sender_id=SMS_SENDER_ID.value,
            phone_of=lambda uid: _phone_of(uid, store),
        )
    return made


def _phone_of(uid: Uid, store: PeopleStore) -> str | None:
    profile = store.read_profile(uid)
    return profile.phone_number if profile else None
