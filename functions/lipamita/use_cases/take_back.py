"""Take entries of the books back by opposite ones: nothing that was booked is ever changed.

A receipt that people dismissed was never money; a sale whose money was moved to suspense was none.
Each opposite's id comes from the entry it takes back, so it is written once. Should a dismissed
receipt turn out to be money after all, the opposite of the opposite puts it back. An opposite that
a person made stays: only what was taken back here is put back here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lipamita.domain.ledger import Entry, EntryKind, opposite
from lipamita.domain.payment import Cause, Payment
from lipamita.use_cases.record_ports import WaitingMoney
from lipamita.use_cases.world import World


def take_back_dismissed(waiting: WaitingMoney, world: World) -> tuple[Entry, ...]:
    """The opposites of what stands of receipts that were dismissed, and that nobody has since."""
    return _opposites(
        [
            f"{receipt}_received"
            for receipt in waiting.dismissed
            if world.store.receipt_owner(receipt) is None
        ],
        world,
    )


def take_back_unsold(payments: Iterable[Payment], world: World) -> int:
    """How many sales were taken back, of payments whose money was moved away before delivery."""
    unsold = [
        f"{payment.transaction_id}_sold"
        for payment in payments
        if payment.paid_at_ms is None
        and any(step.cause is Cause.MOVED_TO_SUSPENSE for step in payment.history)
    ]
    return _write(_opposites(unsold, world), world)


def put_back(standing: Mapping[str, Entry], wanted: Mapping[str, Entry], world: World) -> int:
    """How many entries were booked again that had been taken back before this was told of them.

    What stands from the payment's own moment was never taken back before it.
    """
    now_ms = world.clock()
    found = [
        world.record.read_entry(f"{entry_id}_reversed")
        for entry_id, stands in standing.items()
        if stands.at_ms != wanted[entry_id].at_ms
    ]
    again = tuple(
        opposite(entry, at_ms=now_ms, kind=EntryKind.PUT_BACK)
        for entry in found
        if entry is not None and entry.kind is EntryKind.TAKEN_BACK
    )
    return _write(again, world)


def _opposites(entry_ids: Iterable[str], world: World) -> tuple[Entry, ...]:
    now_ms = world.clock()
    found = [world.record.read_entry(entry_id) for entry_id in entry_ids]
    return tuple(
        opposite(entry, at_ms=now_ms, kind=EntryKind.TAKEN_BACK)
        for entry in found
        if entry is not None
    )


def _write(entries: tuple[Entry, ...], world: World) -> int:
    if not entries:
        return 0
    return len(entries) - len(world.record.write(entries, (), now_ms=world.clock()))
