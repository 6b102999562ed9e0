"""What a committed write changed, as each place in the tree sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emulators.rtdb.tree.node import Node, get
from emulators.rtdb.tree.path import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A write that happened: the tree before and after, and where it was written.

    `base` is the path of the request; a merge writes at several `paths` below it.
    """

    before: Node | None
    after: Node | None
    base: Path
    paths: tuple[Path, ...]
    merge: bool


class Change:
    """What a watcher of `place` is told: one value replaced, or several below one path.

    Shared by all watchers of a place; `encoded` keeps each protocol's bytes, made once.
    """

    __slots__ = ("encoded", "merge", "path", "place", "value", "values")

    def __init__(
        self,
        place: Path,
        path: Path,
        value: Node | None = None,
        values: dict[Path, Node | None] | None = None,
    ) -> None:
        self.place = place
        self.path = path  # relative to place
        self.merge = values is not None
        self.value = value
        self.values: dict[Path, Node | None] = values if values is not None else {}
        self.encoded: dict[str, Any] = {}


def change_at(commit: Commit, place: Path) -> Change | None:
    """The change as seen from `place`; None if nothing there was written."""
    depth = len(place)
    below: list[Path] = []
    for path in commit.paths:
        if path[:depth] == place and len(path) > depth:
            below.append(path)
        elif place[: len(path)] == path:
            return _whole(commit, place)
    if not below:
        return None
    if not commit.merge:
        return Change(place, below[0][depth:], value=get(commit.after, below[0]))
    base = commit.base if commit.base[:depth] == place else place
    values = {path[len(base) :]: get(commit.after, path) for path in below}
    return Change(place, base[depth:], values=values)


def touched_keys(commit: Commit, place: Path) -> set[str] | None:
    """The children of `place` that may differ; None if any may."""
    depth = len(place)
    keys: set[str] = set()
    for path in commit.paths:
        if path[:depth] == place and len(path) > depth:
            keys.add(path[depth])
        elif place[: len(path)] == path:
            return None
    return keys


def _whole(commit: Commit, place: Path) -> Change | None:
    before, after = get(commit.before, place), get(commit.after, place)
    return None if before is after else Change(place, (), value=after)
