"""Runs daraja-sdk-py, unmodified, against a simulator: BASE_URL -> JSON on stdout."""

import importlib
import json
import sys
from typing import Any

import httpx
from daraja import Mpesa  # type: ignore[import-not-found]
from daraja.models import MpesaResult  # type: ignore[import-not-found]

TIMEOUT_S = 10
PAYER = 254700000002
HOOK = "http://127.0.0.1:9/nobody"


def main(base_url: str) -> None:
    """Push, query, pay, register, simulate, pull, pay out, reverse and look up."""
    environment: Any = importlib.import_module("daraja.environment")
    environment.SANDBOX_BASE_URL = base_url
    http = httpx.Client(base_url=base_url, timeout=TIMEOUT_S)
    known: dict[str, Any] = http.get("/simulator/credentials").json()
    short_code = int(known["short_code"])

    def told(what: str, about: str) -> dict[str, Any]:
        """The body of the notification about an id, once it has been sent."""
        query: dict[str, str | int] = {"kind": "callback_failed", "about": about, "wait_ms": 10_000}
        http.get("/simulator/events", params=query)
        sent = http.get("/simulator/deliveries", params={"about": about}).json()["deliveries"]
        bodies = [json.loads(item["text"]) for item in sent if item["what"] == what]
        body = bodies[0]
        assert isinstance(body, dict)
        return body

    client = Mpesa(
        {
            "consumer_key": known["consumer_key"],
            "consumer_secret": known["consumer_secret"],
            "passkey": known["passkey"],
            "initiator_name": known["initiator_name"],
            "security_credential": known["security_credential"],
            "max_retries": 0,
        }
    )
    pushed = client.stk_push(
        {
            "BusinessShortCode": short_code,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 300,
            "PartyA": PAYER,
            "PartyB": short_code,
            "PhoneNumber": PAYER,
            "CallBackURL": HOOK,
            "AccountReference": "MTR002",
            "TransactionDesc": "Energy",
        }
    )
    query = {"BusinessShortCode": str(short_code), "CheckoutRequestID": pushed.CheckoutRequestID}
    open_code = client.stk_query(dict(query)).ResultCode
    receipt = http.post(f"/simulator/phones/{PAYER}/pin", json={"pin": "1234"}).json()["receipt"]
    paid_code = client.stk_query(dict(query)).ResultCode

    registered = client.c2b_register_url(
        {
            "ShortCode": str(short_code),
            "ResponseType": "Completed",
            "ConfirmationURL": HOOK,
            "ValidationURL": HOOK,
        }
    )
    simulated = client.c2b_simulate(
        {
            "ShortCode": short_code,
            "CommandID": "CustomerPayBillOnline",
            "Amount": 40,
            "Msisdn": PAYER,
            "BillRefNumber": "MTR002",
        }
    )
    pull = {"ShortCode": str(short_code)}
    pull_registered = client.pull_transactions_register(
        {**pull, "NominatedNumber": "254700000009", "CallBackURL": HOOK}
    )
    pulled = client.pull_transactions_query(
        {**pull, "StartDate": "2020-01-01 00:00:00", "EndDate": "2099-01-01 00:00:00"}
    )
    by_initiator = {"Remarks": "as agreed", "QueueTimeOutURL": HOOK, "ResultURL": HOOK}
    payout = client.b2c(
        {
            "OriginatorConversationID": "own-2",
            "CommandID": "BusinessPayment",
            "Amount": 100,
            "PartyA": short_code,
            "PartyB": PAYER,
            **by_initiator,
        }
    )
    paid_out = MpesaResult(**told("result", payout.ConversationID))
    reversal = client.reversal(
        {
            "CommandID": "TransactionReversal",
            "TransactionID": "UKL0000000",
            "Amount": 1,
            "ReceiverParty": short_code,
            **by_initiator,
        }
    )
    status = client.transaction_status(
        {
            "CommandID": "TransactionStatusQuery",
            "TransactionID": receipt,
            "PartyA": short_code,
            **by_initiator,
        }
    )
    balance = client.account_balance(
        {"CommandID": "AccountBalance", "PartyA": short_code, **by_initiator}
    )
    balances = client.account_balance_service.parse_callback(told("result", balance.ConversationID))
    picture = client.dynamic_qr(
        {
            "MerchantName": "LIPAMITA",
            "RefNo": "MTR002",
            "Amount": 300,
            "TrxCode": "PB",
            "CPI": str(short_code),
        }
    )
    report = {
        "open_code": open_code,
        "paid_code": paid_code,
        "receipt": receipt,
        "registered": registered.ResponseCode,
        "simulated": simulated.ResponseCode,
        "pull_registered": pull_registered.ResponseStatus,
        "pulled": [row.transactionId for page in pulled.Response for row in page],
        "payout": str(paid_out.Result.ResultCode),
        "reversal": told("result", reversal.ConversationID)["Result"]["ResultCode"],
        "status": told("result", status.ConversationID)["Result"]["ResultCode"],
        "balance": str(balances["balances"].utilityAccount.availableBalance),
        "picture": bool(picture.QRCode),
    }
    sys.stdout.write(json.dumps(report))


main(sys.argv[1])
