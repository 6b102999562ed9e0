"""Claims in memory, and which board each meter knows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lipamita.domain.claim import Claim
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryClaims(MemoryNodes):
    """Implements use_cases.claim_ports.ClaimStore."""

    claims: dict[MeterId, Claim] = field(default_factory=dict)
    meters: dict[MeterId, Meter] = field(default_factory=dict)

    def read_claim(self, meter_id: MeterId) -> Versioned[Claim | None]:
        tag = self._tag(f"claims/{meter_id}")
        return Versioned(self.claims.get(meter_id), tag)

    def replace_claim(self, meter_id: MeterId, old: Versioned[Claim | None], new: Claim) -> bool:
        path = f"claims/{meter_id}"
        if str(self.versions.get(path, 0)) != old.tag:
            return False
        self._write(path, lambda: self.claims.update({meter_id: new}))
        return True

    def put_device(
        self, meter_id: MeterId, former: Uid | None, new: Uid, *, since_ms: Millis
    ) -> bool:
        standing = self.meters[meter_id].device_uid
        if standing == new:
            return True
        if standing != former:
            return False
        named = replace(self.meters[meter_id], device_uid=new, device_since_ms=since_ms)
        self._write(f"meters/{meter_id}", lambda: self.meters.update({meter_id: named}))
        return True
