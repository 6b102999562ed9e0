"""Reading Daraja's request fields as strictly as it does; a value may be a number or text."""

import ipaddress
import re
from urllib.parse import urlsplit

from emulators.daraja.merchants import Merchant
from emulators.daraja.nairobi import parse_stamp
from emulators.daraja.phones import is_msisdn
from emulators.daraja.wire import Body, RefusedError, invalid
from emulators.daraja.world import World

MAX_AMOUNT_KES = 250_000
TIMESTAMP_TOLERANCE_MS = 15 * 60_000
MAX_URL = 2_000

_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".test", ".invalid")
_BANNED_C2B_WORDS = (
    "mpesa",
    "m-pesa",
    "safaricom",
    "exe",
    "exec",
    "cmd",
    "sql",
    "query",
    "ngrok",
    "mockbin",
    "requestbin",
)


def text(body: Body, field: str) -> str:
    """The field as text; numbers are taken, booleans, decimals and structures are not."""
    value = body.get(field)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid(field)
    return str(value)


def matching(body: Body, field: str, pattern: str) -> str:
    """The field as text that fits the whole pattern."""
    value = text(body, field)
    if re.fullmatch(pattern, value, re.ASCII) is None:
        raise invalid(field)
    return value


def amount_kes(body: Body, field: str = "Amount") -> int:
    """Whole KES, 1 to MAX_AMOUNT_KES."""
    value = int(matching(body, field, r"[1-9][0-9]{0,6}"))
    if value > MAX_AMOUNT_KES:
        raise invalid(field)
    return value


def msisdn(body: Body, field: str) -> str:
    """2547XXXXXXXX or 2541XXXXXXXX, no plus."""
    value = text(body, field)
    if not is_msisdn(value):
        raise invalid(field)
    return value


def signed_merchant(world: World, body: Body) -> Merchant:
    """The merchant of BusinessShortCode, with Timestamp and Password checked against it."""
    short_code = matching(body, "BusinessShortCode", r"[0-9]{5,7}")
    password = text(body, "Password")
    timestamp = text(body, "Timestamp")
    at_ms = parse_stamp(timestamp)
    if at_ms is None or not _recent(world, at_ms):
        raise invalid("Timestamp")
    merchant = world.merchant(short_code)
    if merchant is None:
        raise RefusedError(500, "500.001.1001", "Merchant does not exist")
    if password != merchant.password(timestamp):
        raise RefusedError(500, "500.001.1001", "[MerchantValidate] - Wrong credentials")
    return merchant


def callback_url(world: World, body: Body, field: str, *, c2b: bool = False) -> str:
    """A URL that notifications may go to: public https, unless local ones are allowed."""
    value = text(body, field)
    if len(value) > MAX_URL or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise invalid(field)
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise invalid(field) from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise invalid(field)
    if c2b and any(word in value.lower() for word in _BANNED_C2B_WORDS):
        raise invalid(field)
    if world.switches.allow_local_callbacks:
        return value
    if parts.scheme != "https" or not _public(host) or parts.netloc != parts.netloc.lower():
        raise invalid(field)
    return value


def _recent(world: World, at_ms: int) -> bool:
    """Near the simulator's time, or near the real one for clients that cannot follow it."""
    clocks = (world.now_ms, world.timeline.wall_ms)
    return any(abs(at_ms - clock) <= TIMESTAMP_TOLERANCE_MS for clock in clocks)


def _public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith(_LOCAL_NAMES)
