"""What the use cases need from the store to ask M-PESA about a receipt."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.ids import Receipt
from lipamita.domain.inquiry import Inquiry
from lipamita.use_cases.records import Versioned


class InquiryStore(Protocol):
    """``inquiries``."""

    def read_inquiry(self, receipt: Receipt) -> Versioned[Inquiry | None]:
        """What was asked about the receipt, if anything was."""
        ...

    def replace_inquiry(self, old: Versioned[Inquiry | None], new: Inquiry) -> bool:
        """Compare-and-set by receipt; False if anybody wrote since ``old`` was read."""
        ...
