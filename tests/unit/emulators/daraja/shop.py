"""A merchant's side of the pure core: calls it without sockets and collects what it sends."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from emulators.daraja.certificate import Certificate
from emulators.daraja.gateway import OAUTH_PATH, Request, handle
from emulators.daraja.journal import Delivery, Outcome
from emulators.daraja.merchants import Merchant
from emulators.daraja.nairobi import stamp
from emulators.daraja.notices import delivered
from emulators.daraja.payer import enter_pin
from emulators.daraja.switches import Switches
from emulators.daraja.wire import Answer
from emulators.daraja.world import Setup, World, make_world

START_MS = 1_795_248_000_000  # 2026-11-21 11:00:00 in Nairobi
PAYER = "254700000001"
CERTIFICATE = Certificate()
PUSH = "/mpesa/stkpush/v1/processrequest"
QUERY = "/mpesa/stkpushquery/v1/query"


@dataclass
class Reply:
    status: int
    body: Any
    answer: Answer


@dataclass
class Shop:
    world: World
    token: str = ""
    outbox: list[Delivery] = field(default_factory=list)

    @property
    def paybill(self) -> Merchant:
        return self.world.identity.paybill

    def raw(self, request: Request) -> Reply:
        answer = handle(self.world, request)
        if answer.then:
            answer.then()
        self.world.timeline.advance_to(self.world.now_ms)
        is_json = answer.content_type == "application/json" and answer.text
        return Reply(answer.status, json.loads(answer.text) if is_json else answer.text, answer)

    def login(self) -> str:
        keys = self.world.identity.keys
        basic = base64.b64encode(f"{keys.consumer_key}:{keys.consumer_secret}".encode()).decode()
        reply = self.raw(request("GET", OAUTH_PATH, authorization=f"Basic {basic}"))
        self.token = reply.body["access_token"]
        return self.token

    def post(self, path: str, body: object) -> Reply:
        if not self.token:
            self.login()
        return self.raw(
            request("POST", path, authorization=f"Bearer {self.token}", body=json.dumps(body))
        )

    def signed(self, merchant: Merchant | None = None) -> dict[str, object]:
        merchant = merchant or self.paybill
        timestamp = stamp(self.world.now_ms)
        return {
            "BusinessShortCode": merchant.short_code,
            "Password": merchant.password(timestamp),
            "Timestamp": timestamp,
        }

    def push_body(self, **changes: object) -> dict[str, object]:
        body = {
            **self.signed(),
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 500,
            "PartyA": PAYER,
            "PartyB": self.paybill.short_code,
            "PhoneNumber": PAYER,
            "CallBackURL": "https://shop.example/daraja/callback/k",
            "AccountReference": "MTR001",
            "TransactionDesc": "Energy",
        } | changes
        return {name: value for name, value in body.items() if value is not None}

    def push(self, **changes: object) -> Reply:
        return self.post(PUSH, self.push_body(**changes))

    def pushed(self, **changes: object) -> str:
        reply = self.push(**changes)
        assert reply.status == 200, reply.body
        return str(reply.body["CheckoutRequestID"])

    def query(self, checkout_request_id: str) -> Reply:
        return self.post(QUERY, {**self.signed(), "CheckoutRequestID": checkout_request_id})

    def scenario(self, *faults: dict[str, object], **match: object) -> None:
        wanted = match or {"next": True}
        self.world.scenarios.add({"match": wanted, "faults": list(faults)}, self.world.now_ms)

    def advance(self, ms: int) -> None:
        self.world.timeline.wall_ms += ms
        self.world.timeline.advance_to(self.world.now_ms + ms)

    def initiated(self, party: str = "PartyA", **changes: object) -> dict[str, object]:
        """The fields that B2C, Reversal, Transaction Status and Account Balance share."""
        keys = self.world.identity.keys
        body = {
            "Initiator": keys.initiator_name,
            "SecurityCredential": CERTIFICATE.encrypt(keys.initiator_password),
            party: self.paybill.short_code,
            "Remarks": "as agreed",
            "QueueTimeOutURL": "https://shop.example/timeout",
            "ResultURL": "https://shop.example/result",
        } | changes
        return {name: value for name, value in body.items() if value is not None}

    def result(self) -> dict[str, Any]:
        """The one result sent when the work is done."""
        self.advance(1)
        [delivery] = self.sent()
        assert delivery.notice.what == "result"
        result = json.loads(delivery.notice.text)["Result"]
        assert isinstance(result, dict)
        return result

    def paid(self, amount: int = 500) -> str:
        """The receipt of an STK payment whose callback is out."""
        self.pushed(Amount=amount)
        enter_pin(self.world, PAYER, "1234")
        self.sent()
        return self.world.book.rows()[-1].receipt

    def reply(self, delivery: Delivery, body: str, status: int | None = 200) -> None:
        """What the merchant answered to a delivery."""
        delivered(
            self.world, delivery, Outcome(status=status, body=body, error=None, duration_ms=1)
        )

    def sent(self) -> list[Delivery]:
        """What the core wants sent since the last time."""
        outgoing, self.world.outbox = self.world.outbox, []
        return outgoing

    def callback(self) -> dict[str, Any]:
        """The one STK callback sent since the last time."""
        [delivery] = self.sent()
        callback = json.loads(delivery.notice.text)["Body"]["stkCallback"]
        assert isinstance(callback, dict)
        return callback


def parameters(result: dict[str, Any]) -> dict[str, Any]:
    """The ResultParameters of a result by key."""
    listed = result["ResultParameters"]["ResultParameter"]
    return {item["Key"]: item.get("Value") for item in listed}


def request(
    method: str,
    path: str,
    *,
    authorization: str | None = None,
    body: str = "",
    content_type: str = "application/json",
    grant_type: str = "client_credentials",
) -> Request:
    return Request(
        method=method,
        path=path,
        query={"grant_type": grant_type},
        authorization=authorization,
        content_type=content_type,
        body=body.encode(),
    )


def open_shop(
    seed: int = 1, organisation: str = "LIPAMITA", switches: Switches | None = None
) -> Shop:
    setup = Setup(seed=seed, organisation=organisation, given={}, switches=switches or Switches())
    return Shop(make_world(setup, now_ms=START_MS, certificate=CERTIFICATE))
