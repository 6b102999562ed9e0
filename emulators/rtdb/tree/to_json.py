"""Nodes as JSON: plain (arrays where keys look like one), export (with priorities), shallow."""

from __future__ import annotations

from typing import Any

from emulators.rtdb.tree.node import Branch, Leaf, Node
from emulators.rtdb.tree.order import key_order

Json = Any  # a JSON value as the json module gives it


def plain(node: Node | None) -> Json:
    """The value a client sees: priorities dropped, array-like nodes as lists with null holes.

    A node is array-like when all keys are canonical non-negative integers and the largest is less
    than twice their number (firebase-js-sdk core/snap/ChildrenNode.ts val()).
    """
    if node is None:
        return None
    if isinstance(node, Leaf):
        return node.value
    length = _array_length(node)
    if length is None:
        return {key: plain(node.children[key]) for key in sorted_keys(node)}
    holes: list[Json] = [None] * length
    for key, value in node.children.items():
        holes[int(key)] = plain(value)
    return holes


def export(node: Node | None) -> Json:
    """The value with `.priority` and `.value`, never a list (`format=export` and the wire)."""
    if node is None:
        return None
    if isinstance(node, Leaf):
        if node.priority is None:
            return node.value
        return {".value": node.value, ".priority": node.priority}
    value = {key: export(node.children[key]) for key in sorted_keys(node)}
    if node.priority is not None:
        value[".priority"] = node.priority
    return value


def shallow(node: Node | None) -> Json:
    """Children as `true`, a scalar as itself."""
    if isinstance(node, Branch):
        return dict.fromkeys(sorted_keys(node), True)
    return plain(node)


def sorted_keys(node: Branch) -> list[str]:
    """The keys of a branch in key order."""
    return sorted(node.children, key=key_order)


def _array_length(node: Branch) -> int | None:
    largest, count = -1, len(node.children)
    for key in node.children:
        if not (key.isascii() and key.isdigit()) or (key[0] == "0" and len(key) > 1):
            return None
        if len(key) > 10 or int(key) >= 2 * count:
            return None
        largest = max(largest, int(key))
    return largest + 1
