"""Dynamic QR: a picture to scan, answered at once."""

import base64
import io

import segno

from emulators.daraja.plan import Plan
from emulators.daraja.request_fields import amount_kes, matching, text
from emulators.daraja.wire import Answer, Body, accepted, invalid, json_text
from emulators.daraja.world import World

MAX_SIZE_PX = 1_000
_CPI = {
    "BG": r"\d{5,7}",
    "PB": r"\d{5,7}",
    "WA": r"\d{5,7}",
    "SM": r"254[71]\d{8}",
    "SB": r"\d{5,12}",
}


def generate(world: World, body: Body, _plan: Plan) -> Answer:
    """A PNG of `Size` pixels or a little less, in base64."""
    name = matching(body, "MerchantName", r".{1,100}")
    reference = matching(body, "RefNo", r".{1,40}")
    amount = amount_kes(body)
    code = text(body, "TrxCode")
    if code not in _CPI:
        raise invalid("TrxCode")
    party = matching(body, "CPI", _CPI[code])
    size = int(matching(body, "Size", r"[1-9]\d{1,3}"))
    if size > MAX_SIZE_PX:
        raise invalid("Size")
    content = json_text(
        {"name": name, "ref": reference, "amount": amount, "type": code, "party": party}
    )
    symbol = segno.make_qr(content)
    picture = io.BytesIO()
    symbol.save(picture, kind="png", scale=max(1, size // symbol.symbol_size()[0]))
    return accepted(
        {
            "ResponseCode": "00",
            "RequestID": world.ids.request(),
            "ResponseDescription": "QR Code Successfully Generated.",
            "QRCode": base64.b64encode(picture.getvalue()).decode(),
        }
    )
