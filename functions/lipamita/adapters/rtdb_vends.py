"""``vends`` in the database, and the acknowledgement of a recharge that no device writes."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.recharge import Acknowledgement
from lipamita.domain.units import Millis
from lipamita.domain.vending import Vend, VendStatus
from lipamita.use_cases.records import Versioned


class RtdbVends(RtdbNodes):
    """Implements use_cases.vend_ports.VendStore."""

    def read_vend(self, transaction_id: TransactionId) -> Versioned[Vend | None]:
        path = f"vends/{transaction_id}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(None if node is None else _vend(Fields.of(path, node)), tag)

    def replace_vend(
        self, transaction_id: TransactionId, old: Versioned[Vend | None], new: Vend
    ) -> bool:
        node = {
            "meter_id": new.meter_id,
            "attempt": new.attempt,
            "units": new.units,
            "before_units": new.before_units,
            "before_at": new.before_at_ms,
            "intended_at": new.intended_at_ms,
            "status": new.status.value,
        }
        written, _, _ = self.at(f"vends/{transaction_id}").set_if_unchanged(old.tag, node)
        return bool(written)

    def acknowledge_recharge(
        self, meter_id: MeterId, transaction_id: TransactionId, acknowledgement: Acknowledgement
    ) -> None:
        self.at(f"meters/{meter_id}/pending_recharge/{transaction_id}").update(
            {
                "processed": True,
                "processed_at": acknowledgement.processed_at_ms,
                "balance_after": acknowledgement.balance_after_wh,
            }
        )


def _vend(fields: Fields) -> Vend:
    return Vend(
        meter_id=MeterId(fields.text("meter_id")),
        attempt=fields.whole("attempt"),
        units=fields.whole("units"),
        before_units=fields.whole("before_units"),
        before_at_ms=Millis(fields.whole("before_at")),
        intended_at_ms=Millis(fields.whole("intended_at")),
        status=VendStatus(fields.text("status")),
    )
