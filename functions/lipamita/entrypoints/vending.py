"""The cloud of prepaid meters that are not ours (Tuya): its settings, checked, and its adapter."""

from __future__ import annotations

from collections.abc import Callable

from firebase_functions.params import SecretParam, StringParam

from lipamita.adapters.tuya_http import TuyaHttp
from lipamita.adapters.tuya_wire import Project
from lipamita.domain.ids import RandomBytes
from lipamita.domain.units import Millis
from lipamita.entrypoints.web_address import web_address, wrong

TUYA_BASE_URL = StringParam(
    "TUYA_BASE_URL",
    default="",
    description="Tuya's cloud, e.g. https://openapi.tuyaeu.com; empty: no Tuya meters",
)
TUYA_CLIENT_ID = StringParam(
    "TUYA_CLIENT_ID", default="", description="The Tuya cloud project's Access ID"
)
TUYA_CLIENT_SECRET = SecretParam("TUYA_CLIENT_SECRET")
SECRET_PARAMS = (TUYA_CLIENT_SECRET,)


def make_vending(clock: Callable[[], Millis], random_bytes: RandomBytes) -> TuyaHttp | None:
    """The cloud that is set up, or None. Raises ConfigurationError."""
    if not TUYA_BASE_URL.value:
        return None
    if not TUYA_CLIENT_ID.value:
        raise wrong("TUYA_CLIENT_ID", "must be set where TUYA_BASE_URL is")
    if not TUYA_CLIENT_SECRET.value:
        raise wrong("TUYA_CLIENT_SECRET", "must be set where TUYA_BASE_URL is")
    return TuyaHttp(
        base_url=web_address("TUYA_BASE_URL", TUYA_BASE_URL.value).rstrip("/"),
        project=Project(client_id=TUYA_CLIENT_ID.value, client_secret=TUYA_CLIENT_SECRET.value),
        clock=clock,
        random_bytes=random_bytes,
    )


def check_addresses() -> None:
    """Raises ConfigurationError for an address that must not be spoken to; needs no secrets."""
    if TUYA_BASE_URL.value:
        web_address("TUYA_BASE_URL", TUYA_BASE_URL.value)
