"""Sites with a PayBill or Till of their own: SITE_CREDENTIALS, one JSON secret, checked.

    {"Kilimani Court": {"short_code": "5123456", "passkey": "...",
                        "transaction_type": "CustomerBuyGoodsOnline", "party_b": "5543210",
                        "consumer_key": "...", "consumer_secret": "...", "pull": false}}

The site's name is that of ``meters/{meter_id}/site``. Without keys of its own a site uses the main
app's; without a transaction type it is a PayBill.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from firebase_functions.params import SecretParam

from lipamita.adapters.daraja_wire import PAY_BILL, TRANSACTION_TYPES, Merchant
from lipamita.domain.errors import ConfigurationError
from lipamita.domain.merchants import MAIN_SENDER, Merchants, SiteMerchant
from lipamita.entrypoints.web_address import wrong

SITE_CREDENTIALS = SecretParam("SITE_CREDENTIALS")
SECRET_PARAMS = (SITE_CREDENTIALS,)
MAX_SITES = 200
_FIELDS = {
    *("short_code", "passkey", "transaction_type", "party_b"),
    *("consumer_key", "consumer_secret", "pull"),
}
_SHORT_CODE = re.compile(r"[0-9]{5,7}")
_TILL = re.compile(r"[0-9]{4,12}")
_SENDER_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site's account. Keys are kept out of its printed form."""

    name: str
    merchant: Merchant
    sender: str
    keys: tuple[str, str] | None  # consumer key and secret; None: the main app's
    pull: bool

    def __repr__(self) -> str:
        return f"Site({self.name!r}, {self.merchant.short_code})"


def read_sites(main_codes: frozenset[str]) -> tuple[Site, ...]:
    """The sites with accounts of their own. Raises ConfigurationError, without any value."""
    text = SITE_CREDENTIALS.value or "{}"
    try:
        node = json.loads(text)
    except ValueError:
        raise wrong("SITE_CREDENTIALS", "must be JSON; {} when no site has its own") from None
    if not isinstance(node, dict) or len(node) > MAX_SITES:
        raise wrong("SITE_CREDENTIALS", f"must be an object of at most {MAX_SITES} sites")
    sites = tuple(_site(name, fields) for name, fields in node.items())
    codes = [code for site in sites for code in {site.merchant.short_code, site.merchant.party_b}]
    if len(set(codes)) != len(codes) or main_codes & set(codes):
        raise wrong("SITE_CREDENTIALS", "must name every short code and till number once")
    return sites


def merchants_of(sites: tuple[Site, ...], main_codes: frozenset[str]) -> Merchants:
    """What the use cases need to know of them."""
    return Merchants(
        main_codes=main_codes,
        by_site={
            site.name: SiteMerchant(
                short_code=site.merchant.short_code,
                party_b=site.merchant.party_b,
                sender=site.sender,
                pull=site.pull,
            )
            for site in sites
        },
    )


def _site(name: str, fields: object) -> Site:
    if not isinstance(fields, dict) or not set(fields) <= _FIELDS:
        raise _wrong(name, f"must be an object with {', '.join(sorted(_FIELDS))}")
    pull = fields.pop("pull", False)
    if not isinstance(pull, bool) or not all(isinstance(one, str) for one in fields.values()):
        raise _wrong(name, "must have texts, and true or false for pull")
    key, secret = fields.get("consumer_key", ""), fields.get("consumer_secret", "")
    if bool(key) != bool(secret):
        raise _wrong(name, "must have both consumer_key and consumer_secret, or neither")
    return Site(
        name=name,
        merchant=_merchant(name, fields),
        sender=_sender(key) if key else MAIN_SENDER,
        keys=(key, secret) if key else None,
        pull=pull,
    )


def _merchant(name: str, fields: Mapping[str, str]) -> Merchant:
    short_code, passkey = fields.get("short_code", ""), fields.get("passkey", "")
    transaction_type = fields.get("transaction_type") or PAY_BILL
    party_b = fields.get("party_b") or (short_code if transaction_type == PAY_BILL else "")
    if not _SHORT_CODE.fullmatch(short_code):
        raise _wrong(name, "must have a short_code of 5 to 7 digits")
    if not passkey:
        raise _wrong(name, "must have a passkey")
    if transaction_type not in TRANSACTION_TYPES:
        raise _wrong(name, f"must have a transaction_type of {TRANSACTION_TYPES}")
    if not _TILL.fullmatch(party_b) or (transaction_type == PAY_BILL and party_b != short_code):
        raise _wrong(name, "must have the till number as party_b, and none for a PayBill")
    return Merchant(
        short_code=short_code, passkey=passkey, transaction_type=transaction_type, party_b=party_b
    )


def _sender(consumer_key: str) -> str:
    """A name for the app that says nothing about its key."""
    return hashlib.sha256(consumer_key.encode()).hexdigest()[:_SENDER_CHARACTERS]


def _wrong(site: str, expected: str) -> ConfigurationError:
    return wrong("SITE_CREDENTIALS", f"site {site[:40]!r} {expected}")
