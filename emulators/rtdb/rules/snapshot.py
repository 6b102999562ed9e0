"""The snapshots that rules see: a place in a tree, walked lazily, noting what was looked at."""

from __future__ import annotations

from emulators.rtdb.rules.errors import EvaluationError
from emulators.rtdb.tree.node import Branch, Leaf, Node, Priority, Scalar, get
from emulators.rtdb.tree.path import Path


class Snapshot:
    """`root`, `data` and `newData`: a node with its path and the tree it stands in.

    `looked_at`, shared by all snapshots of one evaluation, collects the paths whose value was
    used: a write elsewhere cannot change the outcome.
    """

    __slots__ = ("looked_at", "node", "path", "tree")

    def __init__(
        self, tree: Node | None, path: Path, node: Node | None, looked_at: set[Path] | None
    ) -> None:
        self.tree = tree
        self.path = path
        self.node = node
        self.looked_at = looked_at

    def child(self, keys: Path) -> Snapshot:
        return Snapshot(self.tree, self.path + keys, get(self.node, keys), self.looked_at)

    def parent(self) -> Snapshot:
        if not self.path:
            raise EvaluationError("parent() of the root")
        path = self.path[:-1]
        return Snapshot(self.tree, path, get(self.tree, path), self.looked_at)

    def val(self) -> Scalar | Branch | None:
        """A scalar, null, or for an object its node (not null, and equal only to its equal)."""
        self._note(self.path)
        return self.node.value if isinstance(self.node, Leaf) else self.node

    def priority(self) -> Priority:
        self._note(self.path)
        return self.node.priority if self.node else None

    def exists(self) -> bool:
        self._note(self.path)
        return self.node is not None

    def has_children(self) -> bool:
        self._note(self.path)
        return isinstance(self.node, Branch)

    def has_child(self, keys: Path) -> bool:
        self._note(self.path + keys)
        return get(self.node, keys) is not None

    def _note(self, path: Path) -> None:
        if self.looked_at is not None:
            self.looked_at.add(path)
