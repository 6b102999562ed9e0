"""Pull: the transactions of a short code over the last 48 hours."""

from emulators.daraja.book import Row
from emulators.daraja.nairobi import parse_dashed, utc
from emulators.daraja.plan import Plan
from emulators.daraja.request_fields import callback_url, matching, text
from emulators.daraja.wire import Answer, Body, RefusedError, accepted, invalid
from emulators.daraja.world import World

WINDOW_MS = 48 * 3_600_000
PAGE = 1_000


def register(world: World, body: Body, _plan: Plan) -> Answer:
    """1000 the first time, 1001 when the short code is registered already."""
    short_code = _short_code(world, body)
    if text(body, "RequestType") != "Pull":
        raise invalid("RequestType")
    matching(body, "NominatedNumber", r"(254|0)?[71]\d{8}")
    callback_url(world, body, "CallBackURL")
    known = short_code in world.pull_registered
    world.pull_registered.add(short_code)
    return accepted(
        {
            "ResponseRefID": world.ids.request(),
            "Response Status": "1001" if known else "1000",
            "ShortCode": short_code,
            "Response Description": "Short Code already Registered"
            if known
            else "Shortcode registered successfully",
        }
    )


def query(world: World, body: Body, _plan: Plan) -> Answer:
    """Rows from StartDate to EndDate, oldest first, PAGE at a time from OffSetValue."""
    short_code = _short_code(world, body)
    start, end = _moment(body, "StartDate"), _moment(body, "EndDate")
    offset = int(matching(body, "OffSetValue", r"\d{1,9}")) if "OffSetValue" in body else 0
    if short_code not in world.pull_registered:
        raise RefusedError(500, "500.003.1001", "Short code is not registered for Pull")
    merchant = world.merchants[short_code]
    earliest = max(start, world.now_ms - WINDOW_MS)
    rows = [
        row
        for row in world.book.rows()
        if row.channel in ("stk", "c2b")
        and row.short_code == merchant.party_b
        and earliest <= row.at_ms <= end + 999
    ][offset : offset + PAGE]
    return accepted(
        {
            "ResponseRefID": world.ids.request(),
            "ResponseCode": "1000" if rows else "1001",
            "ResponseMessage": "Success" if rows else "No transactions found",
            "Response": [[_row(row, merchant.name) for row in rows]] if rows else [],
        }
    )


def _short_code(world: World, body: Body) -> str:
    short_code = matching(body, "ShortCode", r"[0-9]{5,7}")
    if world.merchant(short_code) is None:
        raise invalid("ShortCode")
    return short_code


def _moment(body: Body, field: str) -> int:
    at_ms = parse_dashed(text(body, field))
    if at_ms is None:
        raise invalid(field)
    return at_ms


def _row(row: Row, organisation: str) -> dict[str, object]:
    return {
        "transactionId": row.receipt,
        "trxDate": utc(row.at_ms),
        "msisdn": int(row.msisdn[3:]),
        "sender": "MPESA",
        "transactiontype": "c2b-pay-bill-debit",
        "billreference": row.account_reference,
        "amount": f"{row.amount}.00",
        "organizationname": organisation,
    }
