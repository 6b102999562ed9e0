"""Inquiries in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.ids import Receipt
from lipamita.domain.inquiry import Inquiry
from lipamita.use_cases.records import Versioned

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryInquiries(MemoryNodes):
    """Implements use_cases.inquiry_ports.InquiryStore."""

    inquiries: dict[Receipt, Inquiry] = field(default_factory=dict)

    def read_inquiry(self, receipt: Receipt) -> Versioned[Inquiry | None]:
        return Versioned(self.inquiries.get(receipt), self._tag(f"inquiries/{receipt}"))

    def replace_inquiry(self, old: Versioned[Inquiry | None], new: Inquiry) -> bool:
        path = f"inquiries/{new.receipt}"
        if self._tag(path) != old.tag:
            return False
        self._write(path, lambda: self.inquiries.update({new.receipt: new}))
        return True
