"""``inquiries`` in the database: what M-PESA was asked about a receipt, and what it said."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.inquiry import Inquiry, InquiryStatus
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


class RtdbInquiries(RtdbNodes):
    """Implements use_cases.inquiry_ports.InquiryStore."""

    def read_inquiry(self, receipt: Receipt) -> Versioned[Inquiry | None]:
        path = f"inquiries/{receipt}"
        node, tag = self.at(path).get(etag=True)
        return Versioned(None if node is None else _inquiry(receipt, Fields.of(path, node)), tag)

    def replace_inquiry(self, old: Versioned[Inquiry | None], new: Inquiry) -> bool:
        node = {
            "attempt": new.attempt,
            "asked_by": new.asked_by,
            "why": new.why,
            "asked_at": new.asked_at_ms,
            "status": new.status.value,
            "detail": new.detail or None,
            "told_at": new.told_at_ms,
        }
        reference = self.at(f"inquiries/{new.receipt}")
        written, _, _ = reference.set_if_unchanged(
            old.tag, {name: value for name, value in node.items() if value is not None}
        )
        return bool(written)


def _inquiry(receipt: Receipt, fields: Fields) -> Inquiry:
    try:
        status = InquiryStatus(fields.text("status"))
    except ValueError as error:
        raise UnreadableError("unreadable_node", f"{fields.path}: {error}") from error
    return Inquiry(
        receipt=receipt,
        attempt=fields.whole("attempt"),
        asked_by=Uid(fields.text("asked_by")),
        why=fields.text("why"),
        asked_at_ms=Millis(fields.whole("asked_at")),
        status=status,
        detail=fields.optional_text("detail") or "",
        told_at_ms=fields.optional_millis("told_at"),
    )
