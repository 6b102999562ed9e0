"""``ledger``, ``ledger_days`` and ``closings`` as Firestore holds them. docs/data-model.md states
every field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lipamita.adapters.fields import Fields
from lipamita.domain.closing import Closing
from lipamita.domain.errors import LipamitaError, UnreadableError
from lipamita.domain.ids import Receipt, TransactionId
from lipamita.domain.ledger import NO_TOTALS, Entry, EntryKind, Totals, add
from lipamita.domain.units import Millis

Json = dict[str, object]


def entry_to_json(entry: Entry, *, day: str, posted_at_ms: Millis) -> Json:
    """The document of an entry on its accounting day."""
    node: Json = {
        "entry_id": entry.entry_id,
        "kind": entry.kind.value,
        "day": day,
        "at": entry.at_ms,
        "posted_at": posted_at_ms,
        "cents": dict(entry.cents),
        "energy_wh": dict(entry.energy_wh),
        "accounts": sorted({*entry.cents, *entry.energy_wh}),
    }
    if entry.transaction_id is not None:
        node["transaction_id"] = entry.transaction_id
    if entry.receipt is not None:
        node["mpesa_receipt"] = entry.receipt
    return node


def entry_from_json(entry_id: str, node: object) -> Entry:
    """The entry a document holds. Raises UnreadableError, also for one that does not balance."""
    fields = Fields.of(f"ledger/{entry_id}", node)
    transaction_id, receipt = (
        fields.optional_text("transaction_id"),
        fields.optional_text("mpesa_receipt"),
    )
    try:
        return Entry(
            entry_id=entry_id,
            kind=EntryKind(fields.text("kind")),
            at_ms=Millis(fields.whole("at")),
            cents=_amounts(fields, "cents"),
            energy_wh=_amounts(fields, "energy_wh"),
            transaction_id=None if transaction_id is None else TransactionId(transaction_id),
            receipt=None if receipt is None else Receipt(receipt),
        )
    except (ValueError, LipamitaError) as error:
        raise UnreadableError("unreadable_entry", f"{fields.path}: {error}") from error


def totals_from_json(path: str, nodes: Iterable[object]) -> Totals:
    """The sum of a day's shards."""
    totals = NO_TOTALS
    for node in nodes:
        totals = add(totals, _totals(Fields.of(path, node)))
    return totals


def closing_to_json(closing: Closing) -> Json:
    """The document of a closed day."""
    return {
        "day": closing.day,
        "previous_hash": closing.previous_hash,
        "entries_hash": closing.entries_hash,
        "totals": _totals_to_json(closing.totals),
        "balances": _totals_to_json(closing.balances),
        "closed_at": closing.closed_at_ms,
        "hash": closing.hash,
    }


def closing_from_json(day: str, node: object) -> Closing:
    """The closing a document holds. Raises UnreadableError."""
    fields = Fields.of(f"closings/{day}", node)
    return Closing(
        day=fields.text("day"),
        previous_hash=fields.text("previous_hash"),
        entries_hash=fields.text("entries_hash"),
        totals=_totals(fields.child("totals")),
        balances=_totals(fields.child("balances")),
        closed_at_ms=Millis(fields.whole("closed_at")),
        hash=fields.text("hash"),
    )


def _totals_to_json(totals: Totals) -> Json:
    return {
        "cents": dict(totals.cents),
        "energy_wh": dict(totals.energy_wh),
        "entries": totals.entries,
    }


def _totals(fields: Fields) -> Totals:
    return Totals(
        cents=_amounts(fields, "cents"),
        energy_wh=_amounts(fields, "energy_wh"),
        entries=fields.whole_or("entries", 0),
    )


def _amounts(fields: Fields, name: str) -> Mapping[str, int]:
    below = fields.child(name)
    return {account: below.whole(account) for account in sorted(below.node) if below.node[account]}
