"""Charging meters through another cloud: what the use cases need of it, and of the store."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.vending import Reading, Vend
from lipamita.use_cases.records import Versioned


class VendingCloud(Protocol):
    """The cloud that such meters listen to. Neither method raises for its faults."""

    def charge(self, device_id: str, units: int) -> bool | None:
        """Send a charge exactly once: True accepted, False refused for certain, None not known."""
        ...

    def read(self, device_id: str) -> Reading | None:
        """What the meter last reported; None if the cloud did not say."""
        ...


class VendStore(Protocol):
    """``vends``, and the acknowledgement of a recharge that no device writes."""

    def read_vend(self, transaction_id: TransactionId) -> Versioned[Vend | None]:
        """The last intent to charge for that payment."""
        ...

    def replace_vend(
        self, transaction_id: TransactionId, old: Versioned[Vend | None], new: Vend
    ) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def acknowledge_recharge(
        self, meter_id: MeterId, transaction_id: TransactionId, acknowledgement: Acknowledgement
    ) -> None:
        """Mark the queue entry processed; by transaction_id, the same values each time."""
        ...
