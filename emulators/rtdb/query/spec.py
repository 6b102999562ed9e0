"""What a query asks for, whoever parsed it."""

from __future__ import annotations

from dataclasses import dataclass

from emulators.rtdb.rules.context import QueryVariable
from emulators.rtdb.tree.node import Node, Scalar, get
from emulators.rtdb.tree.order import SortKey, key_order, node_order, value_order
from emulators.rtdb.tree.path import Path

KEY, VALUE, PRIORITY_INDEX, CHILD = ".key", ".value", ".priority", "child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What children are ordered by; `path` is the child path of kind CHILD."""

    kind: str = PRIORITY_INDEX
    path: Path = ()

    def order(self, key: str, node: Node) -> SortKey:
        """The sort key of one child."""
        if self.kind == KEY:
            return (key_order(key),)
        if self.kind == VALUE:
            return (node_order(node), key_order(key))
        if self.kind == PRIORITY_INDEX:
            return (value_order(node.priority), key_order(key))
        return (node_order(get(node, self.path)), key_order(key))

    @property
    def name(self) -> str:
        """As `.indexOn` names it."""
        return "/".join(self.path) if self.kind == CHILD else self.kind

    @property
    def needs_definition(self) -> bool:
        """Whether REST refuses it without an `.indexOn`."""
        return self.kind in (CHILD, VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """An end of the range: a sort key and whether it belongs to the range."""

    order: SortKey
    inclusive: bool
    value: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Children of one node, ordered, between bounds, the first or last `limit` of them."""

    index: Index = Index()
    start: Bound | None = None
    end: Bound | None = None
    limit: int | None = None
    from_last: bool = False

    @property
    def filters(self) -> bool:
        """Whether anything is left out; otherwise the query is the whole node."""
        return self.start is not None or self.end is not None or self.limit is not None

    def admits(self, order: SortKey) -> bool:
        """Whether a child's sort key lies between the bounds."""
        if self.start is not None:
            low = self.start
            if not (order >= low.order if low.inclusive else order > low.order):
                return False
        if self.end is None:
            return True
        return order <= self.end.order if self.end.inclusive else order < self.end.order

    def variable(self) -> QueryVariable:
        """The `query` variable of the security rules."""
        start, end = self.start, self.end
        equal = start and end and start.order[0] == end.order[0]
        single = bool(equal and start and end and start.inclusive and end.inclusive)
        found: dict[str, Scalar | None] = {
            "orderByKey": self.index.kind == KEY,
            "orderByPriority": self.index.kind == PRIORITY_INDEX,
            "orderByValue": self.index.kind == VALUE,
            "orderByChild": self.index.name if self.index.kind == CHILD else None,
            "startAt": start.value if start else None,
            "endAt": end.value if end else None,
            "equalTo": start.value if start is not None and single else None,
            "limitToFirst": None if self.from_last else self.limit,
            "limitToLast": self.limit if self.from_last else None,
        }
        return found
