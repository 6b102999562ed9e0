"""The HTTP edge as deployed, in this process: Hosting's rewrites before the real main.py.

Each function runs in the Functions framework's own WSGI application. Behind them are a seeded
database, a clock that stands still and a Daraja that only counts, so that a request is answered
in milliseconds and ``restore`` brings back the estate as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import functions_framework
from lipamita.adapters.payment_schema import payment_to_json
from lipamita.adapters.place_schema import day_to_json, order_to_json, place_to_json
from lipamita.adapters.refund_schema import refund_to_json
from lipamita.adapters.rtdb_claims import claim_to_json
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.claim import Claim, code_hash, proof_key
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid, path_key
from lipamita.domain.money_out import Method
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.order import HOLD_MS, OrderStatus, PlaceOrder, ordered
from lipamita.domain.payment import Delivery, DeliveryStatus, Status
from lipamita.domain.place import Span, midnight_before, quote_place
from lipamita.domain.place_day import Seat
from lipamita.domain.refund import MoneyFrom, Refund, RefundId, RefundStatus
from lipamita.domain.units import DAY_MS, HOUR_MS, Kes, Millis, Wh, day_eat
from lipamita.domain.work_queue import place_of
from lipamita.use_cases.world import World
from werkzeug import Client, Response

from emulators.hosting.config import ToFunction, read_config
from emulators.hosting.resolve import resolve
from tests.fakes.money_out import FakeMoneyOut
from tests.unit.lipamita.domain.samples import (
    NOW,
    OTHER_TRANSACTION,
    RECEIPT,
    TRANSACTION,
    a_payment,
)
from tests.unit.lipamita.entrypoints.deployment import CALLBACK_SECRET, SEED, App
from tests.unit.lipamita.use_cases.ordering import COURT, YARD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.test import TestResponse

ROOT = Path(__file__).parents[3]
MAIN = str(ROOT / "functions" / "main.py")
HOSTING = read_config(json.loads((ROOT / "firebase.json").read_text())["hosting"], ROOT)
SHORT_CODE = "600000"
SUSPENDED = "UKL0DEMO03"
ORDERED = "B0123456789A"
REFUND = RefundId("-Of2eAbcdEFGHijkl012")
REVIEWED = TransactionId("-Of2dAbcdEFGHijkl012")
TOLD = "UKL0DEMO06"
MISLED = "UKL0DEMO07"  # told on the path of the reviewed payment, for another prompt
COUNTED = ("alarms", "rate_limits")  # a refusal counts here, and nothing else may be stored by it
CLAIMED = MeterId("MTR-003")
COMPLETED = MeterId("MTR-002")
CLAIM_CODE = "7ZK4M0PXQW3ER9TVB6N5"
LABEL_SECRET = "7ZK4M0PXQW3ER9T7"

_DELIVERED = Delivery(
    status=DeliveryStatus.DELIVERED,
    energy_wh=Wh(20_000),
    sequence=1,
    credited_total_wh=Wh(20_000),
    queued_at_ms=NOW,
    delivered_at_ms=NOW,
    balance_before_wh=2_500,
    balance_after_wh=22_500,
)
_PAID = a_payment(
    Status.PAID, mpesa_receipt=RECEIPT, result_code="0", paid_at_ms=NOW, delivery=_DELIVERED
)
_OPEN = a_payment(transaction_id=OTHER_TRANSACTION)
_REFUND = Refund(
    refund_id=REFUND,
    receipt=Receipt("UKL0DEMO08"),
    money_from=MoneyFrom.PAYMENT,
    method=Method.PAYOUT,
    paid_kes=Kes(500),
    amount_kes=Kes(200),
    energy_wh=Wh(8_000),
    asked_by=Uid("operator-grace"),
    why="the tenant moved out",
    created_at_ms=NOW,
    updated_at_ms=NOW,
    status=RefundStatus.REVIEW,
    reason="refused_1",
    transaction_id=TRANSACTION,
    meter_id=MeterId("MTR-001"),
    phone_masked=MaskedMsisdn("2547******01"),
    attempt=1,
    own_id=f"{REFUND}-1-00112233",
)
_IN_REVIEW = a_payment(Status.REVIEW, transaction_id=REVIEWED, reason="amount_differs")
_BY_HAND = {
    "TransactionType": "Pay Bill",
    "TransID": SUSPENDED,
    "TransTime": "20261121101500",
    "TransAmount": "500.00",
    "BusinessShortCode": SHORT_CODE,
    "BillRefNumber": "MTR404",
    "MSISDN": "2547 ***** 126",
}
_CLAIM = Claim(
    claim_id="0123456789abcdef0123456789abcdef",
    hardware_id="A0B1C2D3E4F5",
    code_hash=code_hash(CLAIMED, CLAIM_CODE),
    proof_key=proof_key(LABEL_SECRET),
    created_by=Uid("operator-grace"),
    created_at_ms=NOW,
    expires_at_ms=Millis(NOW + DAY_MS),
    tries_left=20,
)
_TAKEN = replace(
    _CLAIM,
    nonce="00112233445566778899aabbccddeeff",
    device_uid=Uid("device-mtr-002"),
    taken_at_ms=NOW,
)
_MORNING = Span(
    starts_at_ms=Millis(midnight_before(NOW) + 8 * HOUR_MS),
    ends_at_ms=Millis(midnight_before(NOW) + 9 * HOUR_MS),
)
_ORDER = PlaceOrder(
    order_id=ORDERED,
    user_id=Uid("tenant-amina"),
    place=ordered(COURT, ORDERED, _MORNING),
    slots=1,
    quote=quote_place(COURT, 1, now_ms=NOW),
    hold_until_ms=Millis(NOW + HOLD_MS),
    created_at_ms=NOW,
    updated_at_ms=NOW,
    status=OrderStatus.HELD,
    next_check_at_ms=Millis(NOW + HOLD_MS),
)
ESTATE: dict[str, Any] = {
    **SEED,
    "users": {"tenant-brian": {"name": "Brian"}},
    "sites": {"kilimani": {"name": "Kilimani Court"}},
    "staff": {
        "operator-grace": {
            "role": "operator",
            "email": "grace@operators.example",
            "given_by": "admin-hope",
            "given_at": 1_795_208_404_000,
            "why": "new at the estate office",
        }
    },
    "meter_accounts": {meter_id.replace("-", ""): {meter_id: True} for meter_id in SEED["meters"]},
    "places": {place.place_id: place_to_json(place) for place in (COURT, YARD)},
    "place_days": {
        "court-1": {day_eat(_MORNING.starts_at_ms): day_to_json({ORDERED: Seat(span=_MORNING)})}
    },
    "orders": {ORDERED: order_to_json(_ORDER)},
    "claims": {CLAIMED: claim_to_json(_CLAIM), COMPLETED: claim_to_json(_TAKEN)},
    "transactions": {
        payment.transaction_id: payment_to_json(payment) for payment in (_PAID, _OPEN, _IN_REVIEW)
    },
    "confirmations": {
        SUSPENDED: {
            "channel": "c2b",
            "body": json.dumps(_BY_HAND),
            "received_at": NOW,
            "remote_address": "196.201.212.69",
            "outcome": "suspense",
        }
    },
    "reviews": {
        REVIEWED: {
            "status": "open",
            "reason": "amount_differs",
            "raised_at": NOW,
            "waiting": place_of(REVIEWED, since_ms=NOW),
            "told": {
                number: {
                    "reason": reason,
                    "at": NOW,
                    "mpesa_receipt": receipt,
                    "amount": 300,
                }
                for number, receipt, reason in (
                    ("e1", TOLD, "amount_differs"),
                    ("e2", RECEIPT, "amount_differs"),
                    ("e3", MISLED, "callback_mismatch"),
                )
            },
        }
    },
    "refunds": {
        REFUND: refund_to_json(_REFUND),
    },
    "receipts": {RECEIPT: {"transaction_id": TRANSACTION, "claimed_at": NOW, "channel": "stk"}},
    "suspense": {
        SUSPENDED: {
            "status": "open",
            "waiting": place_of(SUSPENDED, since_ms=NOW),
            "reason": "unknown_account",
            "account_reference": "MTR404",
            "received_at": NOW,
            "amount": 500,
        }
    },
}


@dataclass
class EstateApp(App):
    """The world behind the edge: its short code is known, and no two random numbers are equal."""

    made: int = 0
    money_out: FakeMoneyOut = field(default_factory=FakeMoneyOut)

    @property
    def world(self) -> World:
        store = RtdbStore(self.database.app, short_codes=frozenset({SHORT_CODE}))
        return replace(super().world, store=store, money_out=self.money_out)

    def _bytes(self, count: int) -> bytes:
        self.made += 1
        return hashlib.sha256(str(self.made).encode()).digest()[:count]


@dataclass
class Edge:
    """Calls the functions through the rewrites of firebase.json; itself a WSGI application."""

    app: EstateApp
    functions: dict[str, WSGIApplication] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._as_seeded: object = None
        for rewrite in HOSTING.rewrites:
            if isinstance(rewrite.to, ToFunction) and rewrite.to.name not in self.functions:
                self.functions[rewrite.to.name] = functions_framework.create_app(  # type: ignore[no-untyped-call]
                    rewrite.to.name, MAIN
                )
        self.restore()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        to = function_at(quote(environ["PATH_INFO"].encode("latin-1")))
        if to is not None:
            return self.functions[to](environ, start_response)
        return Response("Page Not Found\n", 404, mimetype="text/html")(environ, start_response)

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """One request; ``more`` as for werkzeug's client (json, data, headers, content_type)."""
        return Client(self).open(path, method=method, **more)

    def restore(self) -> None:
        """The estate as seeded, Daraja friendly again, and nothing counted."""
        self.app.database.write("/", ESTATE)
        self.app.daraja.push_answer = None
        self.app.daraja.pushes.clear()
        self.app.made = 0
        self.app.accounts.known.clear()
        self.app.audit.records.clear()
        self._as_seeded = self.stored()

    def stored(self) -> object:
        """Everything stored but what only counts: alarms, rates, and tries of claims."""
        node: dict[str, Any] = self.app.database.read()
        for name in COUNTED:
            node.pop(name, None)
        for claim in node["claims"].values():
            claim.pop("tries_left")
        return node

    def is_untouched(self) -> bool:
        """Whether nothing at all was pushed or stored since ``restore``."""
        return not self.app.daraja.pushes and self.app.database.read() == ESTATE

    def is_as_seeded(self) -> bool:
        """Whether nothing was pushed, and nothing stored but alarms, since ``restore``."""
        return not self.app.daraja.pushes and self.stored() == self._as_seeded


@dataclass
class Stage:
    """A WSGI application that can be named before there is an edge to ``put`` on it."""

    _edges: list[Edge] = field(default_factory=list)

    def put(self, edge: Edge) -> None:
        """Let this edge answer from now on."""
        self._edges[:] = [edge]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._edges[0](environ, start_response)


def function_at(path: str) -> str | None:
    """The function to which Hosting passes this percent-encoded path on, if it does."""
    to = resolve(HOSTING, path, "", lambda _: False)
    return to.name if isinstance(to, ToFunction) else None


def callback_key(transaction_id: str) -> str:
    """The secret part of that payment's callback path."""
    return path_key(CALLBACK_SECRET, transaction_id)


def c2b_key(word: str) -> str:
    """The secret part of the PayBill's ``validation`` or ``confirmation`` path."""
    return path_key(CALLBACK_SECRET, f"c2b|{word}")
