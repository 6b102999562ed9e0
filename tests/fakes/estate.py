"""A small world for use cases: one meter, its owner, a payer's phone, and a clock that waits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from lipamita.domain.evidence import (
    PushAcknowledged,
    PushAnswer,
    QueryAnswer,
)
from lipamita.domain.ids import MeterId, TransactionId, Uid, evidence_id, sha256_hex
from lipamita.domain.merchants import ONE_MERCHANT, Merchants
from lipamita.domain.meter import Caller, Meter, MeterStatus, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.payment import Payment
from lipamita.domain.recharge import Acknowledgement, Recharge
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.domain.tariff import Block, Tariff
from lipamita.domain.units import Cents, Kes, Millis
from lipamita.use_cases.notice_ports import Notifier
from lipamita.use_cases.records import PulledRows, PushRequest, RawCallback, RawConfirmation
from lipamita.use_cases.request_payment import PaymentRequest
from lipamita.use_cases.vend_ports import VendingCloud
from lipamita.use_cases.world import World

from tests.fakes.devices import FakeDevices
from tests.fakes.memory_audit import MemoryAudit
from tests.fakes.memory_people import FakeAccounts
from tests.fakes.memory_record import MemoryRecord
from tests.fakes.memory_store import MemoryStore

METER = MeterId("MTR-001")
OWNER = Caller(uid=Uid("tenant-amina"), role=Role.TENANT)
START_MS = Millis(1_795_000_000_000)
PRICE_CENTS_PER_KWH = Cents(2_500)


class SilentLog:
    """Implements use_cases.ports.Log; forgets everything."""

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *_args, **_named: None


@dataclass
class FakeDaraja:
    """Implements use_cases.ports.Daraja: says what it was told to say, and counts."""

    push_answer: PushAnswer | None = None
    query_answers: list[str | None] = field(default_factory=list)
    pushes: list[PushRequest] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    pages: list[PulledRows | None] = field(default_factory=list)
    throttled: bool = False
    asked: list[str | None] = field(default_factory=list)
    pulled: list[str | None] = field(default_factory=list)
    during_push: Callable[[PushRequest], None] = lambda _: None
    during_query: Callable[[], None] = lambda: None

    def push(self, request: PushRequest, *, now_ms: Millis) -> PushAnswer:
        self.pushes.append(request)
        self.during_push(request)
        number = len(self.pushes)
        return self.push_answer or PushAcknowledged(
            merchant_request_id=f"29115-{number}",
            checkout_request_id=checkout_of(request.callback_url.split("/")[-2]),
            customer_message="Success. Request accepted for processing",
        )

    def pull(
        self, *, from_ms: Millis, to_ms: Millis, offset: int, merchant: str | None = None
    ) -> PulledRows | None:
        self.pulled.append(merchant)
        return self.pages.pop(0) if self.pages else PulledRows(rows=())

    def query(
        self, checkout_request_id: str, *, now_ms: Millis, merchant: str | None = None
    ) -> QueryAnswer:
        self.asked.append(merchant)
        self.queries.append(checkout_request_id)
        self.during_query()
        answers = self.query_answers if not self.throttled else []
        code = answers.pop(0) if answers else None
        return QueryAnswer(
            result_code=code, result_desc="", asked_at_ms=now_ms, throttled=self.throttled
        )


@dataclass
class Estate:
    """The store, Daraja and clock of one test, and the world that use cases get."""

    store: MemoryStore = field(default_factory=MemoryStore)
    daraja: FakeDaraja = field(default_factory=FakeDaraja)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    devices: FakeDevices = field(default_factory=FakeDevices)
    record: MemoryRecord = field(default_factory=MemoryRecord)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    now_ms: Millis = START_MS
    policy: UnverifiedPolicy = UnverifiedPolicy.CREDIT
    notifiers: dict[str, Notifier] = field(default_factory=dict)
    alarm_channels: tuple[str, ...] = ()
    vending: VendingCloud | None = None
    merchants: Merchants = ONE_MERCHANT
    made: int = 0

    def __post_init__(self) -> None:
        self.accounts.now_ms = lambda: self.now_ms
        self.store.meters.setdefault(METER, make_meter())
        block = Block(up_to_wh=None, price_cents_per_kwh=PRICE_CENTS_PER_KWH)
        self.store.tariffs.setdefault("flat", Tariff(tariff_id="flat", blocks=(block,)))

    @property
    def world(self) -> World:
        return World(
            store=self.store,
            daraja=self.daraja,
            accounts=self.accounts,
            devices=self.devices,
            record=self.record,
            audit=self.audit,
            clock=lambda: self.now_ms,
            random_bytes=self._bytes,
            log=SilentLog(),
            callback_secret="c" * 32,
            device_master_secret="d" * 32,
            public_base_url="https://estate.example",
            unverified_policy=self.policy,
            vending=self.vending,
            notifiers=self.notifiers,
            alarm_channels=self.alarm_channels,
            merchants=self.merchants,
        )

    def wait(self, duration_ms: int) -> None:
        self.now_ms = Millis(self.now_ms + duration_ms)

    def callback(self, payment: Payment, node: object) -> RawCallback:
        """A callback of that content, received now."""
        body = node if isinstance(node, str) else json.dumps(node)
        return RawCallback(
            evidence_id=evidence_id(body.encode()),
            body=body,
            received_at_ms=self.now_ms,
            remote_address="196.201.212.69",
            content_type="application/json",
        )

    def tell(self, payment: Payment, node: object) -> None:
        """Store a callback for the payment without any trigger."""
        self.store.record_callback(payment.transaction_id, self.callback(payment, node))

    def confirm(self, receipt: str, body: object) -> None:
        """Store what the PayBill tells of that receipt, without any trigger."""
        self.store.record_confirmation(
            RawConfirmation(
                confirmation_id=receipt,
                channel="c2b",
                body=json.dumps(body),
                received_at_ms=self.now_ms,
                remote_address="196.201.212.69",
            )
        )

    def acknowledge(self, recharge: Recharge, balance_after_wh: int) -> None:
        """The meter marks a recharge processed."""
        self.store.acknowledged[recharge.transaction_id] = Acknowledgement(
            processed_at_ms=self.now_ms, balance_after_wh=balance_after_wh
        )

    def recharge(self, transaction_id: TransactionId) -> Recharge:
        return self.store.recharges[METER][transaction_id]

    def _bytes(self, count: int) -> bytes:
        self.made += 1
        return self.made.to_bytes(count, "big")


def checkout_of(transaction_id: str) -> str:
    """What FakeDaraja calls the prompt of that transaction."""
    return f"ws_CO_{transaction_id}"


def make_meter() -> Meter:
    return Meter(
        meter_id=METER,
        name="House A1",
        kind="esp32",
        tariff_id="flat",
        owner_uid=OWNER.uid,
        device_uid=Uid("device-mtr-001"),
        site=None,
        status=MeterStatus(),
    )


def ask(
    amount_kes: int = 500, key: str = "key-1", caller: Caller = OWNER, phone: str | None = None
) -> PaymentRequest:
    """A request to pay; each key has a phone of its own unless one is named."""
    number = int(sha256_hex(key)[:6], 16) % 1_000_000
    return PaymentRequest(
        caller=caller,
        meter_id=METER,
        amount_kes=Kes(amount_kes),
        msisdn=Msisdn(phone or f"254700{number:06}"),
        description=None,
        idempotency_key=key,
    )


def success(
    payment: Payment, receipt: str = "UKL1AAAA01", amount: object = None, code: object = 0
) -> dict[str, object]:
    """A success callback of the payment's own prompt."""
    items = [
        {"Name": "Amount", "Value": payment.amount_kes if amount is None else amount},
        {"Name": "MpesaReceiptNumber", "Value": receipt},
        {"Name": "Balance"},
        {"Name": "TransactionDate", "Value": 20261121101500},
        {"Name": "PhoneNumber", "Value": 254700000001},
    ]
    told = {
        "MerchantRequestID": "29115-1",
        "CheckoutRequestID": checkout_of(payment.transaction_id),
        "ResultCode": code,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": {"Item": items},
    }
    return {"Body": {"stkCallback": told}}


def refusal(payment: Payment, code: object = 1032) -> dict[str, object]:
    """A refusal callback of the payment's own prompt."""
    told = {
        "MerchantRequestID": "29115-1",
        "CheckoutRequestID": checkout_of(payment.transaction_id),
        "ResultCode": code,
        "ResultDesc": "Request cancelled by user",
    }
    return {"Body": {"stkCallback": told}}
