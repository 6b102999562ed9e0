"""The window of a query: once over a node, or kept up to date write by write."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable

from emulators.rtdb.query.spec import Query
from emulators.rtdb.tree.node import Branch, Node, branch, child, children
from emulators.rtdb.tree.order import SortKey

Entry = tuple[SortKey, str]


def select(node: Node | None, query: Query) -> Node | None:
    """The node with only the children in the query's window; a leaf is never in one."""
    if not query.filters:
        return node
    if not isinstance(node, Branch):
        return None
    entries = _entries(node, query)
    if query.limit is not None:
        pick = heapq.nlargest if query.from_last else heapq.nsmallest
        entries = pick(query.limit, entries)
    return branch({key: node.children[key] for _, key in entries}, node.priority)


class Window:
    """The window of a watched query: told which children changed, it tells what to send.

    Keeps the admitted children sorted, so a write costs a search among them, not a new sort.
    """

    def __init__(self, query: Query, node: Node | None) -> None:
        self.query = query
        self._node = node
        self._sorted: list[Entry] = sorted(_entries(node, query))
        self._shown: dict[str, Node] = self._window()

    def value(self) -> Node | None:
        """What the client should hold now."""
        priority = self._node.priority if isinstance(self._node, Branch) else None
        return branch(self._shown, priority)

    def update(self, node: Node | None, keys: Iterable[str] | None) -> dict[str, Node | None]:
        """Move to a new node of which only `keys` changed (None: any); what to send by child."""
        before = self._node
        self._node = node
        if keys is None:
            self._sorted = sorted(_entries(node, self.query))
        else:
            for key in keys:
                self._replace(key, child(before, key), child(node, key))
            if self.query.limit is None:
                return self._update_unlimited(keys)
        shown, self._shown = self._shown, self._window()
        changed: dict[str, Node | None] = {
            key: new for key, new in self._shown.items() if shown.get(key) is not new
        }
        changed.update({key: None for key in shown if key not in self._shown})
        return changed

    def _update_unlimited(self, keys: Iterable[str]) -> dict[str, Node | None]:
        """Without a limit a child's place in the window depends on nothing but itself."""
        changed: dict[str, Node | None] = {}
        for key in keys:
            new = child(self._node, key)
            if new is not None and not self.query.admits(self.query.index.order(key, new)):
                new = None
            old = self._shown.get(key)
            if new is old:
                continue
            changed[key] = new
            if new is None:
                del self._shown[key]
            else:
                self._shown[key] = new
        return changed

    def _replace(self, key: str, old: Node | None, new: Node | None) -> None:
        if old is not None:
            entry = (self.query.index.order(key, old), key)
            at = bisect_left(self._sorted, entry)
            if at < len(self._sorted) and self._sorted[at] == entry:
                del self._sorted[at]
        if new is not None:
            order = self.query.index.order(key, new)
            if self.query.admits(order):
                insort(self._sorted, (order, key))

    def _window(self) -> dict[str, Node]:
        entries = self._sorted
        if self.query.limit is not None:
            size = self.query.limit
            entries = entries[-size:] if self.query.from_last else entries[:size]
        held = children(self._node)
        return {key: held[key] for _, key in entries}


def _entries(node: Node | None, query: Query) -> list[Entry]:
    order, admits = query.index.order, query.admits
    entries = ((order(key, item), key) for key, item in children(node).items())
    return [entry for entry in entries if admits(entry[0])]
