"""``statements/{statement_id}`` as Firestore holds it. docs/record.md states every field."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Receipt
from lipamita.domain.statement import Comparison, Difference, Mismatch
from lipamita.domain.units import Millis

Json = dict[str, object]


def comparison_to_json(comparison: Comparison) -> Json:
    """The document of a comparison."""
    return {
        "from": comparison.from_ms,
        "to": comparison.to_ms,
        "compared_at": comparison.compared_at_ms,
        "lines": comparison.lines,
        "bad_rows": comparison.bad_rows,
        "matched": comparison.matched,
        "counts": {kind.value: count for kind, count in comparison.counts.items()},
        "differences": [
            {
                "mpesa_receipt": one.receipt,
                "kind": one.kind.value,
                "there_cents": one.there_cents,
                "here_cents": one.here_cents,
            }
            for one in comparison.differences
        ],
    }


def comparison_from_json(statement_id: str, node: object) -> Comparison:
    """The comparison a document holds. Raises UnreadableError."""
    fields = Fields.of(f"statements/{statement_id}", node)
    counts = fields.child("counts")
    try:
        return Comparison(
            statement_id=statement_id,
            from_ms=Millis(fields.whole("from")),
            to_ms=Millis(fields.whole("to")),
            compared_at_ms=Millis(fields.whole("compared_at")),
            lines=fields.whole("lines"),
            bad_rows=fields.whole("bad_rows"),
            matched=fields.whole("matched"),
            counts={Difference(kind): counts.whole(kind) for kind in sorted(counts.node)},
            differences=tuple(_mismatch(row) for row in fields.rows("differences")),
        )
    except ValueError as error:
        raise UnreadableError("unreadable_node", f"{fields.path}: {error}") from error


def _mismatch(row: Fields) -> Mismatch:
    return Mismatch(
        receipt=Receipt(row.text("mpesa_receipt")),
        kind=Difference(row.text("kind")),
        there_cents=row.whole("there_cents"),
        here_cents=row.whole("here_cents"),
    )
