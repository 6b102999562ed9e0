"""The methods of snapshots and strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulators.rtdb.rules.errors import EvaluationError
from emulators.rtdb.rules.snapshot import Snapshot
from emulators.rtdb.tree.path import Path


def call_snapshot(snapshot: Snapshot, method: str, arguments: list[Any]) -> Any:
    """The result of a snapshot's method."""
    if method in _WITH_PATH:
        return _WITH_PATH[method](snapshot, keys_of(arguments[0]))
    return _PLAIN[method](snapshot)


def call_string(text: str, method: str, arguments: list[str]) -> str | bool:
    """The result of a string's method."""
    return _STRING[method](text, *arguments)


def keys_of(path: Any) -> Path:
    """The keys of a path argument; odd characters are allowed and simply not found."""
    if not isinstance(path, str):
        raise EvaluationError("a path must be a string")
    keys = tuple(key for key in path.split("/") if key)
    if not keys:
        raise EvaluationError("a path must not be empty")
    return keys


_PLAIN: dict[str, Callable[[Snapshot], Any]] = {
    "val": Snapshot.val,
    "parent": Snapshot.parent,
    "exists": Snapshot.exists,
    "getPriority": Snapshot.priority,
    "isString": lambda snapshot: isinstance(snapshot.val(), str),
    "isBoolean": lambda snapshot: isinstance(snapshot.val(), bool),
    "isNumber": lambda snapshot: _is_number(snapshot.val()),
}
_WITH_PATH: dict[str, Callable[[Snapshot, Path], Any]] = {
    "child": Snapshot.child,
    "hasChild": Snapshot.has_child,
}
_STRING: dict[str, Callable[..., str | bool]] = {
    "contains": lambda text, part: part in text,
    "beginsWith": str.startswith,
    "endsWith": str.endswith,
    "replace": lambda text, part, by: text.replace(part, by) if part else text,
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
