"""A write as asked for, made into a new tree: the pure half of the write pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.rtdb.core.changes import Commit
from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.tree.from_json import Bounds, parse, parse_priority
from emulators.rtdb.tree.node import Node, get, put, with_priority
from emulators.rtdb.tree.path import Path, parse_path, split_priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """JSON values by path; a merge's paths are below `base`, all written at once."""

    base: Path
    values: Mapping[Path, Any]
    merge: bool = False


def replace(path: Path, value: Any) -> Write:
    """Replace the value (or, at `.../.priority`, the priority) at a path."""
    return Write(base=path, values={path: value})


def merge(path: Path, values: Mapping[str, Any]) -> Write:
    """Replace several values below a path, named by relative paths; RequestError if they clash."""
    absolute = {
        path + parse_path(key, priority_allowed=True): value for key, value in values.items()
    }
    if len(absolute) != len(values) or path in absolute:
        raise RequestError("Invalid data; an update names a path twice or names no path")
    for earlier, later in zip(sorted(absolute), sorted(absolute)[1:], strict=False):
        if later[: len(earlier)] == earlier:
            raise RequestError(
                f"Invalid data; path /{'/'.join(earlier)} is an ancestor of /{'/'.join(later)}"
            )
    return Write(base=path, values=absolute, merge=True)


def apply(write: Write, tree: Node | None, now_ms: int, bounds: Bounds) -> Commit:
    """The commit this write would be: server values resolved at `now_ms` against `tree`."""
    after = tree
    paths: list[Path] = []
    for path, value in write.values.items():
        place, is_priority = split_priority(path)
        if len(place) > bounds.depth:
            raise TooLargeError(f"Path is deeper than {bounds.depth} levels")
        existing = get(tree, place)
        if is_priority:
            held = existing.priority if existing else None
            target = get(after, place)
            new = with_priority(
                target, parse_priority(value, existing=held, now_ms=now_ms, bounds=bounds)
            )
        else:
            new = parse(value, existing=existing, now_ms=now_ms, depth=len(place), bounds=bounds)
        after = put(after, place, new)
        paths.append(place)
    base, _ = split_priority(write.base)
    return Commit(before=tree, after=after, base=base, paths=tuple(paths), merge=write.merge)
