"""Old children of the shelves, found by key or index and removed in one write a page.

A transaction id begins with the time it was made, so what has one for a key is found by key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.ids import new_transaction_id, sha256_hex
from lipamita.domain.notice import NoticeStatus
from lipamita.domain.retention import Shelf
from lipamita.domain.units import Millis, day_eat
from lipamita.use_cases.prune_ports import Page

Node = Mapping[str, Any]
_BY_TIME = {
    Shelf.PHONE_PROMPTS: "created_at",
    Shelf.RATE_LIMITS: "on_schedule_at",  # below each kind
    Shelf.CONFIRMATIONS: "received_at",
    Shelf.RECEIPTS: "claimed_at",
    Shelf.NOTICES: "created_at",
    Shelf.INQUIRIES: "asked_at",
    Shelf.ORDERS: "ends_at",
}
_NESTED = {Shelf.IDEMPOTENCY: "created_at", Shelf.OPEN_PROMPTS: "created_at"}
_TIME_CHARACTERS = 8
MAX_LIVE = 500  # payments that are live still among those of a page
_BETWEEN = "/"  # the kind of a rate, and where in it; stands in no key


class RtdbPruning(RtdbNodes):
    """Implements use_cases.prune_ports.PruneStore."""

    def read_prune_mark(self, shelf: Shelf) -> str | None:
        mark: str | None = self.at(f"pruning/{shelf.value}/after").get()
        return mark

    def set_prune_mark(self, shelf: Shelf, after: str | None) -> None:
        self.at(f"pruning/{shelf.value}").update({"after": after})

    def prune_page(self, shelf: Shelf, *, before_ms: Millis, after: str | None, limit: int) -> Page:
        if shelf is Shelf.RATE_LIMITS:
            return self._rates(before_ms, after, limit)
        if shelf in _NESTED:
            return self._nested(shelf, before_ms, after, limit)
        if shelf in _BY_TIME:
            return self._by_time(shelf, before_ms, after, limit)
        end = day_eat(before_ms) if shelf is Shelf.ALARMS else _key_of_time(before_ms)
        found = self._by_key(shelf.value, after, limit, end=end)
        going = self._may_go(shelf, found)
        removed = self._remove(shelf, going)
        return Page(removed=removed, after=max(found) if len(found) == limit else None)

    def _by_time(self, shelf: Shelf, before_ms: Millis, after: str | None, limit: int) -> Page:
        by = _BY_TIME[shelf]
        found, last_ms = self._older(shelf.value, by, before_ms, after, limit)
        removed = self._remove(shelf, self._may_go(shelf, found))
        if last_ms is not None and not removed and str(last_ms) == after:
            last_ms += 1  # a page of one moment, all of which stays
        return Page(removed=removed, after=None if last_ms is None else str(last_ms))

    def _rates(self, before_ms: Millis, after: str | None, limit: int) -> Page:
        """One kind of rate after the other."""
        kind, _, place = (after or "").partition(_BETWEEN)
        kinds = sorted(self.at("rate_limits").get(shallow=True) or {})
        left = [one for one in kinds if one >= kind]
        if not left:
            return Page(removed=0, after=None)
        path = f"rate_limits/{left[0]}"
        place_now = place if left[0] == kind else ""
        found, further = self._older(path, "on_schedule_at", before_ms, place_now or None, limit)
        if found:
            self.at(path).update(dict.fromkeys(found))
        if further is not None:
            return Page(removed=len(found), after=f"{left[0]}{_BETWEEN}{further}")
        following = f"{left[1]}{_BETWEEN}" if len(left) > 1 else None
        return Page(removed=len(found), after=following)

    def _nested(self, shelf: Shelf, before_ms: Millis, after: str | None, limit: int) -> Page:
        by = _NESTED[shelf]
        found = self._by_key(shelf.value, after, limit)
        old = [
            f"{parent}/{key}"
            for parent, children in found.items()
            for key, child in children.items()
            if child.get(by, 0) < before_ms
        ]
        if old:
            self.at(shelf.value).update(dict.fromkeys(old))
        return Page(removed=len(old), after=max(found) if len(found) == limit else None)

    def _by_key(self, path: str, after: str | None, limit: int, *, end: str | None = None) -> Node:
        query = self.at(path).order_by_key()
        query = query if after is None else query.start_at(after)
        query = query if end is None else query.end_at(end)
        found: Node = query.limit_to_first(limit).get() or {}
        return found

    def _older(
        self, path: str, by: str, before_ms: Millis, after: str | None, limit: int
    ) -> tuple[Node, int | None]:
        """A page of what is older, and the time of its last; None if nothing older follows."""
        query = self.at(path).order_by_child(by).start_at(int(after or 1)).end_at(before_ms - 1)
        found: Node = query.limit_to_first(limit).get() or {}
        if len(found) < limit:
            return found, None
        return found, max(node[by] for node in found.values())

    def _may_go(self, shelf: Shelf, found: Node) -> Collection[str]:
        if shelf is Shelf.RECEIPTS:
            return [key for key, node in found.items() if "archived_at" in node]
        if shelf is Shelf.ORDERS:
            return [key for key, node in found.items() if "next_check_at" not in node]
        if shelf is Shelf.NOTICES:
            return [key for key, node in found.items() if node["status"] != NoticeStatus.WAITING]
        if shelf is Shelf.CONFIRMATIONS:
            placed = {
                key: node["transaction_id"]
                for key, node in found.items()
                if "transaction_id" in node and "next_check_at" not in node
            }
            return [key for key, owner in placed.items() if not self._is_live(owner)]
        if shelf is Shelf.CALLBACKS:
            return self._have_left(found)
        if shelf is Shelf.PAYEES:
            return [key for key in found if self.at(f"refunds/{key}/status").get() is None]
        return found

    def _have_left(self, transaction_ids: Collection[str]) -> set[str]:
        """Those whose payments are in the live database no more, found in one look."""
        if not transaction_ids:
            return set()
        first, last = min(transaction_ids), max(transaction_ids)
        query = self.at("transactions").order_by_key().start_at(first).end_at(last)
        live = query.limit_to_first(MAX_LIVE).get() or {}
        if len(live) == MAX_LIVE:  # beyond the last of them nothing is known
            transaction_ids = [key for key in transaction_ids if key <= max(live)]
        return set(transaction_ids) - set(live)

    def _is_live(self, transaction_id: str) -> bool:
        return self.at(f"transactions/{transaction_id}/status").get() is not None

    def _remove(self, shelf: Shelf, keys: Collection[str]) -> int:
        changes: dict[str, object] = {f"{shelf.value}/{key}": None for key in keys}
        if shelf is Shelf.CALLBACKS:
            for key in keys:
                changes |= self._prompt_of(key)
        if shelf is Shelf.ORDERS:
            changes |= {self._seat_of(key): None for key in keys}
        if changes:
            self.at("/").update(changes)
        return len(keys)

    def _seat_of(self, order_id: str) -> str:
        """Where the order's seat is, if it has one."""
        path = f"orders/{order_id}"
        order = Fields.of(path, self.at(path).get() or {})
        day = day_eat(Millis(order.whole("starts_at")))
        return f"place_days/{order.text('place_id')}/{day}/{order_id}"

    def _prompt_of(self, transaction_id: str) -> dict[str, object]:
        """Daraja's ids of the prompt go with its evidence: they hold the payer's number."""
        path = f"prompts/{transaction_id}"
        known = self.at(f"{path}/checkout_request_id").get()
        changes: dict[str, object] = {path: None}
        if known is not None:
            changes[f"checkout_requests/{sha256_hex(known)}"] = None
        return changes


def _key_of_time(at_ms: Millis) -> str:
    """Before every transaction id made from then on, after every one made before."""
    return new_transaction_id(at_ms, bytes)[:_TIME_CHARACTERS]
