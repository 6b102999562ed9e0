"""Runs mpesakit, unmodified, against a simulator: mpesakit_client.py BASE_URL -> JSON on stdout."""

import json
import sys
from typing import Any

import requests
from mpesakit import MpesaClient  # type: ignore[import-not-found]
from mpesakit.b2c import B2CCommandIDType  # type: ignore[import-not-found]
from mpesakit.c2b import C2BValidationRequest  # type: ignore[import-not-found]
from mpesakit.mpesa_express import (  # type: ignore[import-not-found]
    StkPushSimulateCallback,
)
from mpesakit.reversal import ReversalResultCallback  # type: ignore[import-not-found]

TIMEOUT_S = 10
PAYER = "254700000001"
HOOK = "http://127.0.0.1:9/nobody"


class Simulator:
    """The simulator's control API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.known: dict[str, Any] = self.get("/simulator/credentials")

    def get(self, path: str, **query: Any) -> Any:
        return requests.get(self.url + path, params=query, timeout=TIMEOUT_S).json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return requests.post(self.url + path, json=body, timeout=TIMEOUT_S).json()

    def told(self, what: str, about: str) -> dict[str, Any]:
        """The body of the notification about an id, once it has been sent."""
        self.get("/simulator/events", kind="callback_failed", about=about, wait_ms=10_000)
        sent = self.get("/simulator/deliveries", about=about)["deliveries"]
        bodies = [json.loads(item["text"]) for item in sent if item["what"] == what]
        body = bodies[0]
        assert isinstance(body, dict)
        return body


def main(base_url: str) -> None:
    """Push, query, pay, look up, register, pay out and reverse."""
    simulator = Simulator(base_url)
    known = simulator.known
    client = MpesaClient(known["consumer_key"], known["consumer_secret"])
    client.http_client.base_url = base_url
    short_code = int(known["short_code"])
    by_initiator = {
        "security_credential": known["security_credential"],
        "result_url": HOOK,
        "queue_timeout_url": HOOK,
        "remarks": "as agreed",
    }

    pushed = client.stk_push(
        business_short_code=short_code,
        transaction_type="CustomerPayBillOnline",
        amount=500,
        party_a=PAYER,
        party_b=str(short_code),
        phone_number=PAYER,
        callback_url=HOOK,
        account_reference="MTR001",
        transaction_desc="Energy",
        passkey=known["passkey"],
    )
    checkout = pushed.CheckoutRequestID

    def query() -> Any:
        return client.stk_query(
            business_short_code=short_code,
            checkout_request_id=checkout,
            passkey=known["passkey"],
        )

    open_code = query().ResultCode
    receipt = simulator.post(f"/simulator/phones/{PAYER}/pin", {"pin": "1234"})["receipt"]
    paid_code = query().ResultCode
    callback = StkPushSimulateCallback(**simulator.told("stk_callback", checkout))
    items = {item.Name: item.Value for item in callback.Body.stkCallback.CallbackMetadata.Item}

    registered = client.c2b.register_url(
        short_code=short_code,
        response_type="Completed",
        confirmation_url=HOOK,
        validation_url=HOOK,
    )
    by_hand = simulator.post(
        f"/simulator/phones/{PAYER}/pay",
        {"short_code": str(short_code), "amount": 70, "account_reference": "MTR001"},
    )["receipt"]
    confirmed = C2BValidationRequest(**simulator.told("c2b_confirmation", by_hand))

    payout = client.b2c.send_payment(
        originator_conversation_id="own-1",
        initiator_name=known["initiator_name"],
        command_id=B2CCommandIDType.BusinessPayment,
        amount=100,
        party_a=str(short_code),
        party_b=PAYER,
        **by_initiator,
    )
    reversal = client.reversal.reverse(
        initiator=known["initiator_name"],
        transaction_id=by_hand,
        amount=70,
        receiver_party=short_code,
        **by_initiator,
    )
    reversed_ = simulator.told("result", reversal.ConversationID)
    reversed_["Result"]["ResultCode"] = str(reversed_["Result"]["ResultCode"])
    status = client.transactions.query_status(
        initiator=known["initiator_name"],
        transaction_id=receipt,
        party_a=short_code,
        identifier_type=4,
        **by_initiator,
    )
    balance = client.balance.query(
        initiator=known["initiator_name"],
        command_id="AccountBalance",
        party_a=short_code,
        identifier_type=4,
        **by_initiator,
    )
    picture = client.dynamic_qr.generate(
        merchant_name="LIPAMITA",
        ref_no="MTR001",
        amount=500,
        trx_code="PB",
        cpi=str(short_code),
        size="300",
    )
    report = {
        "accepted": pushed.is_successful(),
        "open_code": str(open_code),
        "paid_code": str(paid_code),
        "receipt": receipt,
        "callback_receipt": items["MpesaReceiptNumber"],
        "callback_amount": items["Amount"],
        "registered": str(registered.ResponseCode),
        "by_hand": by_hand,
        "confirmed": confirmed.TransID,
        "confirmed_amount": confirmed.TransAmount,
        "payout": str(payout.ResponseCode),
        "payout_receipt": simulator.told("result", payout.ConversationID)["Result"][
            "TransactionID"
        ],
        "reversed": ReversalResultCallback(**reversed_).is_successful(),
        "status": simulator.told("result", status.ConversationID)["Result"]["ResultCode"],
        "balance": str(balance.ResponseCode),
        "picture": picture.is_successful(),
    }
    sys.stdout.write(json.dumps(report))


main(sys.argv[1])
