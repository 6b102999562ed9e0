"""Sending money out: its settings, checked, and its adapter, made. All of it is optional.

Without an initiator nothing can be refunded, and everything else works.
"""

from __future__ import annotations

from pathlib import Path

from firebase_functions.params import SecretParam, StringParam

from lipamita.adapters.access_token import AccessTokens
from lipamita.adapters.money_out_http import MoneyOutHttp
from lipamita.adapters.money_out_wire import Initiator
from lipamita.adapters.security_credential import seal
from lipamita.entrypoints.web_address import wrong
from lipamita.use_cases.refund_ports import MoneyOut

DARAJA_INITIATOR_NAME = StringParam(
    "DARAJA_INITIATOR_NAME",
    default="",
    description="The API operator who may send money; empty: refunds are off",
)
DARAJA_CERTIFICATE_FILE = StringParam(
    "DARAJA_CERTIFICATE_FILE",
    default="",
    description="Safaricom's certificate of the environment, a file in functions/ (PEM or DER)",
)
DARAJA_PAYOUT_SHORT_CODE = StringParam(
    "DARAJA_PAYOUT_SHORT_CODE",
    default="",
    description="The short code that payouts leave from; empty: the one that is paid",
)
DARAJA_INITIATOR_PASSWORD = SecretParam("DARAJA_INITIATOR_PASSWORD")
SECRET_PARAMS = (DARAJA_INITIATOR_PASSWORD,)
FUNCTIONS = Path(__file__).parents[2]


def make_money_out(*, base_url: str, short_code: str, tokens: AccessTokens) -> MoneyOut | None:
    """The way out, or None where no initiator is named. Raises ConfigurationError."""
    name, certificate = DARAJA_INITIATOR_NAME.value, DARAJA_CERTIFICATE_FILE.value
    if not name:
        return None
    password = DARAJA_INITIATOR_PASSWORD.value
    if not password:
        raise wrong("DARAJA_INITIATOR_PASSWORD", "is not set")
    if not certificate:
        raise wrong("DARAJA_CERTIFICATE_FILE", "is not set")
    initiator = Initiator(
        name=name,
        security_credential=seal(password, FUNCTIONS / certificate),
        short_code=short_code,
        payout_short_code=DARAJA_PAYOUT_SHORT_CODE.value or short_code,
    )
    return MoneyOutHttp(base_url=base_url, initiator=initiator, tokens=tokens)
