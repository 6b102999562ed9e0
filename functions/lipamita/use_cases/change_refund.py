"""Change one refund by compare-and-set, after considering every result that was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lipamita.domain.errors import BusyError, NotFoundError
from lipamita.domain.refund import Refund, RefundId, RefundStatus
from lipamita.domain.refund_result import decide_results, is_contradicted
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.refund_ports import MAX_RESULTS
from lipamita.use_cases.world import World


def change_refund(world: World, refund_id: RefundId, decide: Callable[[Refund], Refund]) -> Refund:
    """The refund after ``decide``, which is pure and may be called more than once.

    Raises NotFoundError, and BusyError when every try lost to another writer.
    """
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_refund(refund_id)
        if old is None:
            raise _unknown(refund_id)
        new = decide(old.value)
        if new.has_unseen_result:  # stored meanwhile: only believe_results may take it off the list
            new = replace(new, next_check_at_ms=old.value.next_check_at_ms)
        if new == old.value:
            return new
        if world.store.replace_refund(old, new):
            _tell(old.value, new, world)
            return new
    raise BusyError("busy", f"refund {refund_id} is being changed; try again")


def believe_results(refund_id: RefundId, world: World) -> Refund:
    """The refund after all its results, MAX_RESULTS at once. Raises NotFoundError and BusyError."""
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        # Read before its results: one stored in between touches the refund in the same write, so
        # the compare-and-set below fails and we look again.
        old = world.store.read_refund(refund_id)
        if old is None:
            raise _unknown(refund_id)
        results = world.store.read_results(refund_id, seen=old.value.results_seen)
        now_ms = world.clock()
        new = decide_results(old.value, results, now_ms=now_ms)
        if new == old.value:
            return new
        if is_contradicted(old.value, results):  # before the write: told twice rather than lost
            _alarm("refund_contradicted", "paid, told once more", new, world)
        if world.store.replace_refund(old, new):
            _tell(old.value, new, world)
            if len(results) < MAX_RESULTS:
                return new
    raise BusyError("busy", f"refund {refund_id} is being changed; try again")


def _tell(before: Refund, after: Refund, world: World) -> None:
    if after.status is before.status:
        return
    world.log.refund_moved(before, after)
    if after.status is RefundStatus.REVIEW:
        _alarm("refund_in_review", after.reason or "", after, world)


def _alarm(kind: str, detail: str, refund: Refund, world: World) -> None:
    alarm = Alarm(kind=kind, detail=f"refund {refund.refund_id}: {detail}")
    world.store.raise_alarm(alarm, transaction_id=refund.transaction_id, now_ms=world.clock())


def _unknown(refund_id: RefundId) -> NotFoundError:
    return NotFoundError("unknown_refund", f"no refund {refund_id}", field="refund_id")
