"""A Realtime Database as plain nested dicts: the model that the persistent tree is held against.

Shares no code with the emulator. Leaves are scalars, objects dicts, nothing is None; empty
objects are pruned.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

KEYS = st.sampled_from(["a", "b", "c", "0", "1", "2", "10", "ключ"])
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=5),
)
VALUES = st.recursive(
    st.one_of(st.none(), SCALARS),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
PATHS = st.lists(KEYS, max_size=4).map(tuple)


def pruned(value: Any) -> Any:
    """The value without nulls and empty objects."""
    if not isinstance(value, dict):
        return value
    kept = {key: pruned(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item is not None} or None


def written(tree: Any, path: tuple[str, ...], value: Any) -> Any:
    """A new tree with the value at the path; nothing written below a leaf leaves the leaf."""
    value = pruned(value)
    if not path:
        return value
    if not isinstance(tree, dict) and value is None:
        return tree
    children = dict(tree) if isinstance(tree, dict) else {}
    children[path[0]] = written(children.get(path[0]), path[1:], value)
    return pruned(children)


def at(tree: Any, path: tuple[str, ...]) -> Any:
    """The value at a path."""
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def clash(paths: list[tuple[str, ...]]) -> bool:
    """Whether one of the paths is at or above another."""
    return any(
        i != j and later[: len(earlier)] == earlier
        for i, earlier in enumerate(paths)
        for j, later in enumerate(paths)
    )
