"""Whatever payers and merchants do, no shilling appears or vanishes and no id comes twice.

The model below counts in its own way: it knows who should have paid what, not how.
"""

import json
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulators.daraja.c2b import Payment, pay
from emulators.daraja.payer import cancel, enter_pin, ignore
from emulators.daraja.plan import NotifyPlan
from tests.unit.emulators.daraja.shop import Shop, open_shop

PHONES = ("254700000001", "254700000002", "254110000003")
AMOUNTS = st.integers(min_value=1, max_value=60_000)
OPENING = 50_000


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shop: Shop = open_shop()
        for msisdn in PHONES:
            self.shop.world.phone(msisdn)
        self.opening = sum(self.shop.world.book.balances().values())
        self.wallets = dict.fromkeys(PHONES, OPENING)
        self.till = 0
        self.open: dict[str, int] = {}
        self.reversed: set[str] = set()
        self.payouts = 0

    @rule(msisdn=st.sampled_from(PHONES), amount=AMOUNTS)
    def push(self, msisdn: str, amount: int) -> None:
        reply = self.shop.push(PhoneNumber=msisdn, PartyA=msisdn, Amount=amount)
        assert (reply.status == 200) == (msisdn not in self.open)
        self.open.setdefault(msisdn, amount)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), right=st.booleans())
    def enter(self, data: st.DataObject, right: bool) -> None:
        msisdn = data.draw(st.sampled_from(sorted(self.open)))
        phone = self.shop.world.phone(msisdn)
        may_pay = right and not phone.locked
        enter_pin(self.shop.world, msisdn, phone.pin if right else "0000")
        amount = self.open.pop(msisdn)
        if may_pay and self.wallets[msisdn] >= amount:
            self.wallets[msisdn] -= amount
            self.till += amount

    @precondition(lambda self: self.open)
    @rule(data=st.data(), leave=st.booleans())
    def refuse(self, data: st.DataObject, leave: bool) -> None:
        msisdn = data.draw(st.sampled_from(sorted(self.open)))
        (ignore if leave else cancel)(self.shop.world, msisdn)
        del self.open[msisdn]

    @rule(msisdn=st.sampled_from(PHONES), amount=AMOUNTS)
    def by_hand(self, msisdn: str, amount: int) -> None:
        world = self.shop.world
        payment = Payment(
            receipt=world.ids.receipt(world.now_ms),
            merchant=self.shop.paybill,
            phone=world.phone(msisdn),
            amount=amount,
            bill_reference="MTR001",
            at_ms=world.now_ms,
            plan=NotifyPlan(),
        )
        pay(world, payment)
        if self.wallets[msisdn] >= amount:
            self.wallets[msisdn] -= amount
            self.till += amount

    @rule(msisdn=st.sampled_from(PHONES), amount=st.integers(10, 60_000), again=st.booleans())
    def pay_out(self, msisdn: str, amount: int, again: bool) -> None:
        self.payouts += 1
        body = self.shop.initiated(
            OriginatorConversationID=f"own-{self.payouts}",
            InitiatorName=self.shop.world.identity.keys.initiator_name,
            CommandID="BusinessPayment",
            Amount=amount,
            PartyB=msisdn,
        )
        statuses = [
            self.shop.post("/mpesa/b2c/v3/paymentrequest", body).status for _ in range(1 + again)
        ]
        assert statuses == [200, 500][: 1 + again]
        self.shop.advance(1)
        if self.till >= amount and self.wallets[msisdn] + amount <= 500_000:
            self.till -= amount
            self.wallets[msisdn] += amount

    @rule(data=st.data(), part=st.integers(1, 100))
    def reverse(self, data: st.DataObject, part: int) -> None:
        rows = [row for row in self.shop.world.book.rows() if row.channel in ("stk", "c2b")]
        if not rows:
            return
        row = data.draw(st.sampled_from(rows))
        amount = max(1, row.amount * part // 100)
        body = self.shop.initiated(
            "ReceiverParty",
            CommandID="TransactionReversal",
            TransactionID=row.receipt,
            Amount=amount,
            RecieverIdentifierType="11",
        )
        self.shop.post("/mpesa/reversal/v1/request", body)
        self.shop.advance(1)
        if row.receipt not in self.reversed and self.till >= amount:
            self.reversed.add(row.receipt)
            self.till -= amount
            self.wallets[row.msisdn] += amount

    @rule(ms=st.integers(0, 70_000))
    def wait(self, ms: int) -> None:
        self.shop.advance(ms)
        self.shop.token = ""
        for msisdn in list(self.open):
            if self.shop.world.phone(msisdn).prompt is None:
                del self.open[msisdn]

    @invariant()
    def books_agree_with_the_model(self) -> None:
        balances = self.shop.world.book.balances()
        assert sum(balances.values()) == self.opening == 0
        assert {msisdn: balances[f"wallet:{msisdn}"] for msisdn in PHONES} == self.wallets
        assert balances.get(self.shop.paybill.account, 0) == self.till
        assert self.till >= 0

    @invariant()
    def ids_are_unique(self) -> None:
        pushes = self.shop.world.pushes.values()
        rows = self.shop.world.book.rows()
        ids = [push.merchant_request_id for push in pushes] + [row.receipt for row in rows]
        assert len(ids) == len(set(ids))

    @invariant()
    def each_ended_push_was_told_once_and_each_paid_one_has_one_row(self) -> None:
        deliveries = self.shop.world.journal.deliveries(None)
        told = Counter(
            json.loads(item.notice.text)["Body"]["stkCallback"]["CheckoutRequestID"]
            for item in deliveries
            if item.notice.what == "stk_callback"
        )
        pushes = self.shop.world.pushes
        assert told == Counter(name for name, push in pushes.items() if push.result_code)
        paid = [row.checkout_request_id for row in self.shop.world.book.rows()]
        assert sorted(name for name in paid if name) == sorted(
            name for name, push in pushes.items() if push.result_code == "0"
        )

    @invariant()
    def outbox_is_drained(self) -> None:
        self.shop.sent()


Books.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestBooks = Books.TestCase
