"""The persistent tree: a write makes new nodes along its path and shares all the others.

A node is a leaf (a scalar) or a branch (named children in a hash trie, never empty); no node at
all is None. Nodes never change after they are made, but for the lazily kept hash. They are plain
slotted classes, not frozen dataclasses: a database holds millions and makes some per write.
"""

from __future__ import annotations

from collections.abc import Mapping

from immutables import Map

from emulators.rtdb.tree.path import Path

Scalar = bool | int | float | str
Priority = int | float | str | None


class Leaf:
    """A string, number or boolean, with an optional priority."""

    __slots__ = ("hash", "priority", "value")

    def __init__(self, value: Scalar, priority: Priority = None) -> None:
        self.value = value
        self.priority = priority
        self.hash: str | None = None

    def __repr__(self) -> str:
        return f"Leaf({self.value!r})" if self.priority is None else f"Leaf({self.value!r}, ...)"


class Branch:
    """Children by key, at least one, with an optional priority."""

    __slots__ = ("children", "hash", "priority")

    def __init__(self, children: Map[str, Node], priority: Priority = None) -> None:
        self.children = children
        self.priority = priority
        self.hash: str | None = None

    def __repr__(self) -> str:
        return f"Branch({len(self.children)} children)"


Node = Leaf | Branch

_NO_CHILDREN: Map[str, Node] = Map()


def branch(children: Mapping[str, Node], priority: Priority = None) -> Branch | None:
    """A branch of these children; None if there are none."""
    return Branch(Map(children), priority) if children else None


def child(node: Node | None, key: str) -> Node | None:
    """The child of that key, or None."""
    return node.children.get(key) if isinstance(node, Branch) else None


def children(node: Node | None) -> Map[str, Node]:
    """The children of a branch; of anything else, none."""
    return node.children if isinstance(node, Branch) else _NO_CHILDREN


def get(node: Node | None, path: Path) -> Node | None:
    """The node at `path` below `node`, or None."""
    for key in path:
        if not isinstance(node, Branch):
            return None
        node = node.children.get(key)
    return node


def put(node: Node | None, path: Path, new: Node | None) -> Node | None:
    """The tree with `new` at `path`; ancestors left without children vanish.

    Nothing written below a leaf leaves the leaf; something turns it into a branch that keeps the
    leaf's priority (firebase-js-sdk core/snap/LeafNode.ts updateImmediateChild).
    """
    if not path:
        return new
    old = child(node, path[0])
    changed = put(old, path[1:], new)
    if changed is old:
        return node
    if changed is not None:
        kept = node.children if isinstance(node, Branch) else _NO_CHILDREN
        return Branch(kept.set(path[0], changed), node.priority if node else None)
    assert isinstance(node, Branch)  # the removed child had a parent
    rest = node.children.delete(path[0])
    return Branch(rest, node.priority) if rest else None


def with_priority(node: Node | None, priority: Priority) -> Node | None:
    """The node with another priority; no node has none."""
    if node is None or (node.priority == priority and type(node.priority) is type(priority)):
        return node
    if isinstance(node, Leaf):
        return Leaf(node.value, priority)
    return Branch(node.children, priority)


def same(left: Node | None, right: Node | None) -> bool:
    """Whether two trees are equal, type-strictly (True is not 1); shared parts cost nothing."""
    if left is right:
        return True
    if left is None or right is None or not same_scalar(left.priority, right.priority):
        return False
    if isinstance(left, Leaf):
        return isinstance(right, Leaf) and same_scalar(left.value, right.value)
    if isinstance(right, Leaf) or len(left.children) != len(right.children):
        return False
    theirs = right.children
    return all(same(node, theirs.get(key)) for key, node in left.children.items())


def same_scalar(left: Scalar | None, right: Scalar | None) -> bool:
    """Equality of leaf values; a boolean never equals a number."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)
