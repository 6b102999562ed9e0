"""What others than the functions write: the meters through the rules, and whoever sets it up."""

from __future__ import annotations

from lipamita.domain.account import account_key
from lipamita.domain.command import CommandResult
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.meter import Meter
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.tariff import Block, Levy, Tariff
from lipamita.domain.units import Cents, Wh

from tests.fakes.memory_store import MemoryStore
from tests.simulation.prices import PriceList


class Outside:
    """Those writes, on the fake."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def register(self, meter: Meter) -> None:
        self._store.meters[meter.meter_id] = meter
        self._store.accounts.setdefault(account_key(meter.meter_id), []).append(meter.meter_id)

    def price(self, tariff: Tariff) -> None:
        self._store.tariffs[tariff.tariff_id] = tariff

    def acknowledge(
        self, meter_id: MeterId, transaction_id: TransactionId, said: Acknowledgement
    ) -> None:
        self._store.acknowledged[transaction_id] = said

    def report(self, meter: Meter) -> None:
        self._store.meters[meter.meter_id] = meter

    def answer(self, meter_id: MeterId, command_id: str, result: CommandResult) -> None:
        self._store.command_results[command_id] = result


def tariff_of(prices: PriceList) -> Tariff:
    """The tariff as an admin would publish it."""
    return Tariff(
        tariff_id="domestic",
        blocks=tuple(
            Block(
                up_to_wh=None if end_wh is None else Wh(end_wh),
                price_cents_per_kwh=Cents(cents),
            )
            for end_wh, cents in prices.blocks
        ),
        levies=(Levy(name="levy", percent=prices.levy_percent),) if prices.levy_percent else (),
        vat_percent=prices.vat_percent,
        fixed_charge_cents_per_month=Cents(prices.monthly_cents),
    )
