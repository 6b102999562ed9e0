"""``vends`` in memory, and a cloud of prepaid meters that does as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.units import Millis
from lipamita.domain.vending import Reading, Vend
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryVends(MemoryNodes):
    """Implements use_cases.vend_ports.VendStore."""

    vends: dict[TransactionId, Vend] = field(default_factory=dict)
    acknowledged: dict[TransactionId, Acknowledgement] = field(default_factory=dict)

    def read_vend(self, transaction_id: TransactionId) -> Versioned[Vend | None]:
        tag = self._tag(f"vends/{transaction_id}")
        return Versioned(self.vends.get(transaction_id), tag)

    def replace_vend(
        self, transaction_id: TransactionId, old: Versioned[Vend | None], new: Vend
    ) -> bool:
        path = f"vends/{transaction_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.vends.update({transaction_id: new}))
        return True

    def acknowledge_recharge(
        self, meter_id: MeterId, transaction_id: TransactionId, acknowledgement: Acknowledgement
    ) -> None:
        mine = {transaction_id: acknowledgement}
        self._write("recharges", lambda: self.acknowledged.update(mine))


@dataclass
class FakeVendingCloud:
    """Implements use_cases.vend_ports.VendingCloud over one meter."""

    balance_units: int = 0
    consumed_units: int = 0
    reported: Reading = field(
        default_factory=lambda: Reading(balance_units=0, consumed_units=0, at_ms=Millis(1))
    )
    applies: bool = True
    answers: bool | None = True
    reports: bool = True
    readable: bool = True
    charges: list[int] = field(default_factory=list)

    def charge(self, device_id: str, units: int) -> bool | None:
        self.charges.append(units)
        if self.applies:
            self.balance_units += units
            self.report()
        return self.answers

    def read(self, device_id: str) -> Reading | None:
        return self.reported if self.readable else None

    def report(self) -> None:
        """The meter says how it stands, unless it is out of reach."""
        if self.reports:
            self.reported = Reading(
                balance_units=self.balance_units,
                consumed_units=self.consumed_units,
                at_ms=Millis(self.reported.at_ms + 1),
            )
