"""What somebody meant who paid by hand: a meter, or an order, by the number that they typed."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.account import account_key, match_account
from lipamita.domain.confirmation import STATEMENT
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.evidence import Confirmation
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.order import PlaceOrder, parse_order_id
from lipamita.domain.payment import Delivery
from lipamita.domain.place import OrderedPlace
from lipamita.domain.tariff import Quote
from lipamita.domain.units import Millis
from lipamita.use_cases.quote_by_hand import FROM_STATEMENT, quote_unasked
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A meter or an order: exactly one of the two."""

    meter: Meter | None = None
    placed: PlaceOrder | None = None

    @property
    def account(self) -> str:
        """The account number."""
        return self.placed.order_id if self.placed else self._meter.meter_id

    @property
    def site(self) -> str | None:
        """Whose account the money belongs in."""
        return self.placed.place.site if self.placed else self._meter.site

    @property
    def user_id(self) -> Uid | None:
        """Whose it is; None for a meter of nobody."""
        return self.placed.user_id if self.placed else self._meter.owner_uid

    @property
    def meter_id(self) -> MeterId | None:
        """The meter."""
        return None if self.placed else self._meter.meter_id

    @property
    def order(self) -> OrderedPlace | None:
        """What was ordered."""
        return self.placed.place if self.placed else None

    @property
    def product(self) -> str:
        """What is bought."""
        return self.placed.place.kind.value if self.placed else "electricity"

    @property
    def delivery(self) -> Delivery:
        """How it will be given."""
        return Delivery(kind=self.placed.place.kind.value) if self.placed else Delivery()

    @property
    def _meter(self) -> Meter:
        assert self.meter is not None, "a meter or an order was meant"
        return self.meter

    def quote(self, confirmation: Confirmation, world: World, now_ms: Millis) -> Quote | str:
        """What the money buys; or the reason why it waits. A place costs what was ordered."""
        if self.placed is None:
            return quote_unasked(self._meter, confirmation, world, now_ms)
        if confirmation.amount_kes is None:
            return "amount_not_whole"
        if confirmation.channel == STATEMENT:  # old money buys nothing by itself
            return FROM_STATEMENT
        exact = confirmation.amount_kes == self.placed.amount_kes
        return self.placed.quote if exact else "amount_not_the_orders"


def find_meant(confirmation_id: str, confirmation: Confirmation, world: World) -> Meant | None:
    """The meter an operator assigned, or what the number that was typed stands for."""
    suspense = world.store.read_suspense(confirmation_id)
    assigned: MeterId | None = suspense.value.assigned_meter_id if suspense else None
    if assigned is not None:
        meter = world.store.read_meter(assigned)
        return None if meter is None else Meant(meter=meter)
    return find_account(confirmation.account, world)


def find_account(typed: str, world: World) -> Meant | None:
    """The meter whose number was typed; or else the order."""
    key = account_key(typed)
    meter_id = match_account(typed, world.store.meters_of_account(key))
    meter = None if meter_id is None else world.store.read_meter(meter_id)
    if meter is not None:
        return Meant(meter=meter)
    try:
        order_id = parse_order_id(key)
    except InvalidInputError:
        return None
    read = world.store.read_order(order_id)
    return None if read is None else Meant(placed=read.value)
