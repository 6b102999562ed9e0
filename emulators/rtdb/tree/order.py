"""The order of keys and values, as sort keys (firebase-js-sdk core/util/util.ts nameCompare).

Keys that read as 32-bit integers come first, by number, equal numbers by length; all others by
UTF-16 code units. Values: none, false, true, numbers, strings, objects.
"""

from __future__ import annotations

import re
from typing import Any

from emulators.rtdb.tree.node import Leaf, Node, Scalar

SortKey = tuple[Any, ...]

FIRST_KEY: SortKey = (-1,)
LAST_KEY: SortKey = (2,)

_INTEGER = re.compile(r"-?0*[0-9]{1,10}")
_INT32 = range(-(2**31), 2**31)
_MAYBE_INTEGER = frozenset("-0123456789")


def key_order(key: str) -> SortKey:
    """The sort key of a child's name."""
    if key[:1] in _MAYBE_INTEGER and _INTEGER.fullmatch(key):
        number = int(key)
        if number in _INT32:
            return (0, number, len(key))
    return (1, utf16_order(key))


def value_order(value: Scalar | None) -> SortKey:
    """The sort key of a scalar, or of none."""
    if value is None:
        return (0,)
    if value is False:
        return (1,)
    if value is True:
        return (2,)
    if isinstance(value, str):
        return (4, utf16_order(value))
    return (3, value)


def node_order(node: Node | None) -> SortKey:
    """The sort key of a node's value; all objects are equal and come last."""
    if node is None:
        return (0,)
    return value_order(node.value) if isinstance(node, Leaf) else (5,)


def utf16_order(text: str) -> str:
    """A string that compares by code point as `text` compares by UTF-16 code unit."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    raw = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(raw[i] << 8 | raw[i + 1]) for i in range(0, len(raw), 2))
