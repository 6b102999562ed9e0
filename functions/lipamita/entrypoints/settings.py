"""Declared parameters and secrets, and the checks that refuse a dangerous combination.

Parameters are read from the environment (functions/.env*), secrets from Secret Manager
(functions/.secret.local on a local machine).
"""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from firebase_functions.params import SecretParam, StringParam

from lipamita.domain.errors import ConfigurationError
from lipamita.domain.schedule import UnverifiedPolicy

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
DARAJA_CONSUMER_KEY = SecretParam("DARAJA_CONSUMER_KEY")
DARAJA_CONSUMER_SECRET = SecretParam("DARAJA_CONSUMER_SECRET")
DARAJA_PASSKEY = SecretParam("DARAJA_PASSKEY")
CALLBACK_SECRET = SecretParam("CALLBACK_SECRET")
DEVICE_MASTER_SECRET = SecretParam("DEVICE_MASTER_SECRET")

SECRETS = [
    DARAJA_CONSUMER_KEY,
    DARAJA_CONSUMER_SECRET,
    DARAJA_PASSKEY,
    CALLBACK_SECRET,
    DEVICE_MASTER_SECRET,
]
_Choice = TypeVar("_Choice", bound=StrEnum)
MIN_SECRET_CHARACTERS = 32  # of the two secrets that are ours to choose
TRANSACTION_TYPES = ("CustomerPayBillOnline", "CustomerBuyGoodsOnline")


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

    def __post_init__(self) -> None:
        deployed = bool(os.environ.get("K_SERVICE")) and not _is_emulated()
        if deployed and self.environment is DarajaEnvironment.EMULATOR:
            raise _wrong("DARAJA_ENVIRONMENT", "must not be emulator in a deployed function")
        _check_daraja_url(self.environment, self.daraja_base_url)
        _check_public_url(self.environment, self.public_base_url)
        if self.environment is DarajaEnvironment.PRODUCTION and _is_emulated():
            raise _wrong("DARAJA_ENVIRONMENT", "must not be production under the emulators")
        if not self.short_code.isdecimal() or not 5 <= len(self.short_code) <= 7:
            raise _wrong("DARAJA_SHORT_CODE", "must be 5 to 7 digits")
        if self.transaction_type not in TRANSACTION_TYPES:
            raise _wrong("DARAJA_TRANSACTION_TYPE", f"must be one of {TRANSACTION_TYPES}")
        if not self.party_b.isdecimal():
            raise _wrong("DARAJA_PARTY_B", "must be the till number, in digits")
        if not self.database_url.startswith(("https://", "http://")):
            raise _wrong("DATABASE_URL", "must be the URL of a Realtime Database instance")


def read_settings() -> Settings:
    """The configuration of this process. Raises ConfigurationError, naming the parameter."""
    environment = _choice(DarajaEnvironment, "DARAJA_ENVIRONMENT", DARAJA_ENVIRONMENT.value)
    default_host = _HOSTS.get(environment, "")
    short_code = DARAJA_SHORT_CODE.value
    return Settings(
        environment=environment,
        project_id=_project_id(),
        database_url=DATABASE_URL.value,
        public_base_url=PUBLIC_BASE_URL.value.rstrip("/"),
        daraja_base_url=(
            DARAJA_BASE_URL.value or (f"https://{default_host}" if default_host else "")
        ).rstrip("/"),
        short_code=short_code,
        transaction_type=DARAJA_TRANSACTION_TYPE.value,
        party_b=DARAJA_PARTY_B.value or short_code,
        unverified_policy=_choice(
            UnverifiedPolicy, "PAID_UNVERIFIED_POLICY", PAID_UNVERIFIED_POLICY.value
        ),
    )


def secret(param: SecretParam) -> str:
    """A secret's value. Raises ConfigurationError when it is absent or too short to be one."""
    value = param.value
    if not value:
        raise _wrong(param.name, "is not set")
    ours = param in (CALLBACK_SECRET, DEVICE_MASTER_SECRET)
    if ours and len(value) < MIN_SECRET_CHARACTERS:
        raise _wrong(param.name, f"must have at least {MIN_SECRET_CHARACTERS} characters")
    return value


def refuse_bad_configuration() -> None:
    """Stop a serving process that is set up dangerously before it takes a request.

    While the command line only lists the functions there are no values yet, and no check.
    """
    if os.environ.get("FUNCTIONS_CONTROL_API") or not os.environ.get("K_SERVICE"):
        return
    read_settings()
    for param in SECRETS:
        secret(param)


def _check_daraja_url(environment: DarajaEnvironment, url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if environment is DarajaEnvironment.EMULATOR:
        if not host:
            raise _wrong("DARAJA_BASE_URL", "must name the simulator, e.g. http://127.0.0.1:9190")
        if host.endswith("safaricom.co.ke"):
            raise _wrong("DARAJA_BASE_URL", "must not be Safaricom's in environment emulator")
        return
    expected = _HOSTS[environment]
    if parts.scheme != "https" or host != expected:
        raise _wrong("DARAJA_BASE_URL", f"must be https://{expected} in environment {environment}")


def _check_public_url(environment: DarajaEnvironment, url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host:
        raise _wrong("PUBLIC_BASE_URL", "must be a URL such as https://example.web.app")
    if environment is DarajaEnvironment.EMULATOR:
        return
    if parts.scheme != "https" or _is_local(host):
        raise _wrong("PUBLIC_BASE_URL", "must be https on a public host: Safaricom calls it")


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def _is_emulated() -> bool:
    return os.environ.get("FUNCTIONS_EMULATOR") == "true"


def _project_id() -> str:
    named = os.environ.get("GCLOUD_PROJECT") or os.environ.get("GOOGLE_CLOUD_PROJECT")
    if named:
        return named
    config = json.loads(os.environ.get("FIREBASE_CONFIG") or "{}")
    if not config.get("projectId"):
        raise _wrong("GCLOUD_PROJECT", "is not set")
    return str(config["projectId"])


def _choice(kind: type[_Choice], name: str, value: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(kind)
        raise _wrong(name, f"must be one of {known}, found {value!r}") from None


def _wrong(name: str, expected: str) -> ConfigurationError:
    return ConfigurationError("configuration", f"{name} {expected}", field=name)
