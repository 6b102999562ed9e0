"""An estate that sells places: one court for one, parking for two, and people who order them."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.order import HOLD_MS, OrderStatus, PlaceOrder
from lipamita.domain.payment import Payment
from lipamita.domain.place import Place, PlaceKind, midnight_before
from lipamita.domain.units import HOUR_MS, Kes, Millis
from lipamita.use_cases.place_order import PlaceRequest, place_order
from lipamita.use_cases.reconcile import reconcile
from lipamita.use_cases.request_payment import PaymentRequest, request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import OWNER, success
from tests.unit.lipamita.use_cases.refunding import Refunding

COURT = Place(
    place_id="court-1",
    name="Tennis court",
    kind=PlaceKind.BOOKING,
    capacity=1,
    price_kes=Kes(300),
    slot_minutes=60,
    vat_percent=16,
)
YARD = Place(
    place_id="yard",
    name="Yard",
    kind=PlaceKind.PARKING,
    capacity=2,
    price_kes=Kes(50),
    slot_minutes=30,
)
BRIAN = Caller(uid=Uid("tenant-brian"), role=Role.TENANT)
PHONES = {OWNER.uid: Msisdn("254700000001"), BRIAN.uid: Msisdn("254700000002")}
TOO_LATE_MS = HOLD_MS + 60_000


@dataclass
class Ordering(Refunding):
    """Time begins in the afternoon; what is ordered begins in three hours."""

    prompts: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for place in (COURT, YARD):
            self.store.sold_places[place.place_id] = place

    @property
    def begins_ms(self) -> Millis:
        """When the ordered time begins: 18:00 of the first day."""
        first_ms = Millis(1_795_000_000_000)
        return Millis(midnight_before(first_ms) + 18 * HOUR_MS)

    def order(
        self, caller: Caller = OWNER, *, place: Place = COURT, slots: int = 1, key: str = "order-1"
    ) -> PlaceOrder:
        """Order it."""
        return place_order(
            PlaceRequest(
                caller=caller,
                place_id=place.place_id,
                starts_at_ms=self.begins_ms,
                slots=slots,
                note=None,
                idempotency_key=key,
            ),
            self.world,
        )

    def prompt(self, order: PlaceOrder, caller: Caller = OWNER) -> Payment:
        """Ask for its money."""
        self.prompts += 1
        return request_payment(
            PaymentRequest(
                caller=caller,
                order_id=order.order_id,
                amount_kes=order.amount_kes,
                msisdn=PHONES[caller.uid],
                description=None,
                idempotency_key=f"pay-{self.prompts}",
            ),
            self.world,
        )

    def pay(self, payment: Payment, receipt: str = "UKL1AAAA01") -> Payment:
        """Its money is told now."""
        self.tell(payment, success(payment, receipt=receipt))
        return settle_payment(payment.transaction_id, self.world)

    def expire(self, order: PlaceOrder) -> PlaceOrder:
        """Time goes by until its hold is over, and reconciliation has seen that."""
        self.wait(TOO_LATE_MS)
        reconcile(self.world)
        assert self.see(order).status is OrderStatus.EXPIRED
        return self.see(order)

    def see(self, order: PlaceOrder) -> PlaceOrder:
        """The order as it is stored."""
        return self.store.orders[order.order_id]

    @property
    def seats(self) -> dict[str, str | None]:
        """Who has a seat of any place: order to transaction, None while it is only held."""
        return {
            order_id: seat.transaction_id
            for day in self.store.days.values()
            for order_id, seat in day.items()
        }
