"""What the Realtime Database does to a node between writing and reading it."""

from __future__ import annotations

import json
from typing import Any


def through_rtdb(node: object) -> Any:
    """The node as it is read back: no nulls, no empty maps, and lists for maps of numbers."""
    return json.loads(json.dumps(_kept(json.loads(json.dumps(node)))))


def _kept(node: Any) -> Any:
    if isinstance(node, list):
        node = {str(index): value for index, value in enumerate(node)}
    if not isinstance(node, dict):
        return node
    present = {key: _kept(value) for key, value in node.items()}
    present = {key: value for key, value in present.items() if value is not None}
    if not present:
        return None
    if all(_is_place(key) for key in present):
        last = max(int(key) for key in present)
        if len(present) * 2 > last + 1:
            return [present.get(str(index)) for index in range(last + 1)]
    return dict(sorted(present.items()))


def _is_place(key: str) -> bool:
    """Whether the database takes the key for a place in a list: a 32-bit number, no zero first."""
    return key.isdecimal() and str(int(key)) == key and int(key) < 2**31
