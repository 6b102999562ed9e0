"""The node hash that ETags and compare-and-put use (firebase-js-sdk core/snap/*Node.ts hash()).

Base64 of SHA-1 over a text form; kept on each node once asked for, so after a write only the
nodes along its path are hashed again.
"""

from __future__ import annotations

import base64
import hashlib
import struct

from emulators.rtdb.tree.node import Branch, Leaf, Node, Priority, Scalar
from emulators.rtdb.tree.order import SortKey, key_order, value_order


def node_hash(node: Node | None) -> str:
    """The hash as base64; of no node, the empty string."""
    if node is None:
        return ""
    if node.hash is None:
        text = _leaf_text(node) if isinstance(node, Leaf) else _branch_text(node)
        digest = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False)
        node.hash = base64.b64encode(digest.digest()).decode("ascii")
    return node.hash


def _leaf_text(node: Leaf) -> str:
    return _priority_text(node.priority) + _scalar_text(node.value)


def _branch_text(node: Branch) -> str:
    ordered = sorted(node.children.items(), key=_priority_then_key)
    parts = "".join(f":{key}:{node_hash(child)}" for key, child in ordered)
    return _priority_text(node.priority) + parts


def _priority_then_key(item: tuple[str, Node]) -> tuple[SortKey, SortKey]:
    return value_order(item[1].priority), key_order(item[0])


def _priority_text(priority: Priority) -> str:
    return "" if priority is None else f"priority:{_scalar_text(priority)}:"


def _scalar_text(value: Scalar) -> str:
    if isinstance(value, bool):
        return "boolean:true" if value else "boolean:false"
    if isinstance(value, str):
        return f"string:{value}"
    return f"number:{struct.pack('>d', value).hex()}"
