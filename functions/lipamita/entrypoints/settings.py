"""Declared parameters and secrets, and the checks that refuse a dangerous combination.

Parameters are read from the environment (functions/.env*), secrets from Secret Manager
(functions/.secret.local on a local machine).
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from firebase_functions.params import SecretParam, StringParam

from lipamita.adapters.daraja_wire import PAY_BILL, TRANSACTION_TYPES
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.entrypoints import customer_channels, notifying, sending, sites, vending, web_address
from lipamita.entrypoints.web_address import wrong

DARAJA_ENVIRONMENT = StringParam(
    "DARAJA_ENVIRONMENT",
    description="Which M-PESA: sandbox, production, or emulator (local machines only)",
)
DARAJA_BASE_URL = StringParam(
    "DARAJA_BASE_URL",
    default="",
    description="Daraja's address; empty: Safaricom's own for the environment",
)
DARAJA_SHORT_CODE = StringParam(
    "DARAJA_SHORT_CODE", description="PayBill number, or a Till's store number"
)
DARAJA_TRANSACTION_TYPE = StringParam(
    "DARAJA_TRANSACTION_TYPE",
    default="CustomerPayBillOnline",
    description="CustomerPayBillOnline, or CustomerBuyGoodsOnline for a Till",
)
DARAJA_PARTY_B = StringParam(
    "DARAJA_PARTY_B", default="", description="Till number; empty for a PayBill"
)
PUBLIC_BASE_URL = StringParam(
    "PUBLIC_BASE_URL",
    description="Where Safaricom reaches this deployment, e.g. https://example.web.app",
)
DATABASE_URL = StringParam(
    "DATABASE_URL",
    description="https://<instance>.<region>.firebasedatabase.app",
)
PAID_UNVERIFIED_POLICY = StringParam(
    "PAID_UNVERIFIED_POLICY",
    default="credit",
    description="A payment only the STK query confirms: credit (after two answers) or hold",
)
DARAJA_PULL = StringParam(
    "DARAJA_PULL",
    default="off",
    description="Ask M-PESA every 15 minutes what was paid: on (production only) or off",
)
APP_CHECK = StringParam(
    "APP_CHECK",
    default="off",
    description="Refuse tenants' requests that do not come from our own app: on or off",
)
DARAJA_CONSUMER_KEY = SecretParam("DARAJA_CONSUMER_KEY")
DARAJA_CONSUMER_SECRET = SecretParam("DARAJA_CONSUMER_SECRET")
DARAJA_PASSKEY = SecretParam("DARAJA_PASSKEY")
CALLBACK_SECRET = SecretParam("CALLBACK_SECRET")
DEVICE_MASTER_SECRET = SecretParam("DEVICE_MASTER_SECRET")

SECRET_PARAMS = (
    DARAJA_CONSUMER_KEY,
    DARAJA_CONSUMER_SECRET,
    DARAJA_PASSKEY,
    CALLBACK_SECRET,
    DEVICE_MASTER_SECRET,
)
# By name: the SDK turns params into names only where a function declares its own secrets. Given
# globally as params they reach the manifest as "{{ params.X }}", a secret that does not exist.
_CHANNELS = (*notifying.SECRET_PARAMS, *customer_channels.SECRET_PARAMS)
_MONEY = (*sites.SECRET_PARAMS, *sending.SECRET_PARAMS)
_OTHERS = (*_CHANNELS, *_MONEY, *vending.SECRET_PARAMS)
SECRETS = [param.name for param in (*SECRET_PARAMS, *_OTHERS)]
_Choice = TypeVar("_Choice", bound=StrEnum)
MIN_SECRET_CHARACTERS = 32  # of the two secrets that are ours to choose
_SHORT_CODE = re.compile(r"[0-9]{5,7}")
_TILL = re.compile(r"[0-9]{4,12}")
_EMULATOR_HOSTS = ("FIREBASE_AUTH_EMULATOR_HOST", "FIREBASE_DATABASE_EMULATOR_HOST")
_BANNED_WORDS = ("mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query")


class Switch(StrEnum):
    """Whether an optional part is used."""

    ON = "on"
    OFF = "off"


class DarajaEnvironment(StrEnum):
    """Which M-PESA this deployment speaks to."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"
    EMULATOR = "emulator"


_HOSTS = {
    DarajaEnvironment.SANDBOX: "sandbox.safaricom.co.ke",
    DarajaEnvironment.PRODUCTION: "api.safaricom.co.ke",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A checked configuration. Secrets are kept out of its printed form."""

    environment: DarajaEnvironment
    project_id: str
    database_url: str
    public_base_url: str
    daraja_base_url: str
    short_code: str
    transaction_type: str
    party_b: str
    unverified_policy: UnverifiedPolicy
    pull: Switch
    app_check: Switch

    def __post_init__(self) -> None:
        production = self.environment is DarajaEnvironment.PRODUCTION
        deployed = bool(os.environ.get("K_SERVICE")) and not web_address.is_emulated()
        if deployed and self.environment is DarajaEnvironment.EMULATOR:
            raise wrong("DARAJA_ENVIRONMENT", "must not be emulator in a deployed function")
        if deployed or production:
            for name in _EMULATOR_HOSTS:  # under them anybody may sign in as anybody
                if os.environ.get(name):
                    raise wrong(name, "must not be set in a deployed function")
        _check_daraja_url(self.environment, self.daraja_base_url)
        _check_public_url(self.environment, self.public_base_url)
        if production and web_address.is_emulated():
            raise wrong("DARAJA_ENVIRONMENT", "must not be production under the emulators")
        if not _SHORT_CODE.fullmatch(self.short_code):
            raise wrong("DARAJA_SHORT_CODE", "must be 5 to 7 digits")
        if self.transaction_type not in TRANSACTION_TYPES:
            raise wrong("DARAJA_TRANSACTION_TYPE", f"must be one of {TRANSACTION_TYPES}")
        _check_party_b(self.transaction_type, self.party_b, self.short_code)
        schemes = ("https",) if deployed or production else ("https", "http")
        database = web_address.parts("DATABASE_URL", self.database_url)
        if database.scheme not in schemes or not database.hostname:
            raise wrong("DATABASE_URL", "must be the https URL of a Realtime Database instance")


def read_settings() -> Settings:
    """The configuration of this process. Raises ConfigurationError, naming the parameter."""
    notifying.check_addresses()
    customer_channels.read_customer_channels()
    customer_channels.read_quiet_hours()
    vending.check_addresses()
    environment = _choice(DarajaEnvironment, "DARAJA_ENVIRONMENT", DARAJA_ENVIRONMENT.value)
    default_host = _HOSTS.get(environment, "")
    short_code, transaction_type = DARAJA_SHORT_CODE.value, DARAJA_TRANSACTION_TYPE.value
    return Settings(
        environment=environment,
        project_id=_project_id(),
        database_url=DATABASE_URL.value,
        public_base_url=PUBLIC_BASE_URL.value.rstrip("/"),
        daraja_base_url=(
            DARAJA_BASE_URL.value or (f"https://{default_host}" if default_host else "")
        ).rstrip("/"),
        short_code=short_code,
        transaction_type=transaction_type,
        party_b=DARAJA_PARTY_B.value or (short_code if transaction_type == PAY_BILL else ""),
        unverified_policy=_choice(
            UnverifiedPolicy, "PAID_UNVERIFIED_POLICY", PAID_UNVERIFIED_POLICY.value
        ),
        pull=_choice(Switch, "DARAJA_PULL", DARAJA_PULL.value),
        app_check=_choice(Switch, "APP_CHECK", APP_CHECK.value),
    )


def secret(param: SecretParam) -> str:
    """A secret's value. Raises ConfigurationError when it is absent or too short to be one."""
    value = param.value
    if not value:
        raise wrong(param.name, "is not set")
    ours = param in (CALLBACK_SECRET, DEVICE_MASTER_SECRET)
    if ours and len(value) < MIN_SECRET_CHARACTERS:
        raise wrong(param.name, f"must have at least {MIN_SECRET_CHARACTERS} characters")
    return value


def refuse_bad_configuration() -> None:
    """Stop a serving process that is set up dangerously before it takes a request.

    While the command line only lists the functions there are no values yet, and no check.
    """
    if os.environ.get("FUNCTIONS_CONTROL_API") or not os.environ.get("K_SERVICE"):
        return
    read_settings()
    for param in SECRET_PARAMS:
        secret(param)
    notifying.read_alarm_channels()


def _check_party_b(transaction_type: str, party_b: str, short_code: str) -> None:
    """The money goes to party_b: the short code itself for a PayBill, the till for a Till."""
    if not _TILL.fullmatch(party_b):
        raise wrong("DARAJA_PARTY_B", "must be the till number, in digits")
    if transaction_type == PAY_BILL and party_b != short_code:
        raise wrong("DARAJA_PARTY_B", "must be empty for a PayBill: the short code is paid")


def _check_daraja_url(environment: DarajaEnvironment, url: str) -> None:
    host = web_address.parts("DARAJA_BASE_URL", url).hostname or ""
    if environment is DarajaEnvironment.EMULATOR:
        if not host:
            raise wrong("DARAJA_BASE_URL", "must name the simulator, e.g. http://127.0.0.1:9190")
        if host.endswith("safaricom.co.ke"):
            raise wrong("DARAJA_BASE_URL", "must not be Safaricom's in environment emulator")
        return
    expected = _HOSTS[environment]
    if url != f"https://{expected}":
        raise wrong("DARAJA_BASE_URL", f"must be https://{expected} in environment {environment}")


def _check_public_url(environment: DarajaEnvironment, url: str) -> None:
    parts = web_address.parts("PUBLIC_BASE_URL", url)
    host = (parts.hostname or "").rstrip(".")
    plain = not (parts.query or parts.fragment or parts.username or re.search(r"\s", url))
    if parts.scheme not in ("https", "http") or not host or not plain:
        raise wrong("PUBLIC_BASE_URL", "must be a URL such as https://example.web.app")
    if environment is DarajaEnvironment.EMULATOR:
        return
    banned = next((word for word in _BANNED_WORDS if word in url.lower()), None)
    if banned:
        raise wrong("PUBLIC_BASE_URL", f"must not contain {banned!r}: Safaricom refuses such URLs")
    if parts.scheme != "https" or web_address.is_local(host):
        raise wrong("PUBLIC_BASE_URL", "must be https on a public host: Safaricom calls it")


def _project_id() -> str:
    named = os.environ.get("GCLOUD_PROJECT") or os.environ.get("GOOGLE_CLOUD_PROJECT")
    if named:
        return named
    config = json.loads(os.environ.get("FIREBASE_CONFIG") or "{}")
    if not config.get("projectId"):
        raise wrong("GCLOUD_PROJECT", "is not set")
    return str(config["projectId"])


def _choice(kind: type[_Choice], name: str, value: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise wrong(name, f"must be one of {known}, found {value!r}") from None
