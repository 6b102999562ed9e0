"""Things kept by path in a trie, so that a write finds those it touches and meets no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from emulators.rtdb.tree.path import Path

T = TypeVar("T")


class _Place(Generic[T]):
    __slots__ = ("children", "items")

    def __init__(self) -> None:
        self.children: dict[str, _Place[T]] = {}
        self.items: dict[T, None] = {}  # a set that keeps the order of arrival


class PlaceIndex(Generic[T]):
    """Items by path; an item may be at several paths."""

    def __init__(self) -> None:
        self._root: _Place[T] = _Place()

    def add(self, path: Path, item: T) -> None:
        place = self._root
        for key in path:
            place = place.children.setdefault(key, _Place())
        place.items[item] = None

    def remove(self, path: Path, item: T) -> None:
        """Take the item from the path; places left empty vanish."""
        trail: list[tuple[_Place[T], str]] = []
        place = self._root
        for key in path:
            trail.append((place, key))
            below = place.children.get(key)
            if below is None:
                return
            place = below
        place.items.pop(item, None)
        for above, key in reversed(trail):
            if place.items or place.children:
                return
            del above.children[key]
            place = above

    def touched_by(self, path: Path) -> Iterator[tuple[Path, list[T]]]:
        """The items at, above and below a written path, grouped by their own path."""
        place = self._root
        for depth, key in enumerate(path):
            if place.items:
                yield path[:depth], list(place.items)
            below = place.children.get(key)
            if below is None:
                return
            place = below
        yield from _below(place, path)


def _below(place: _Place[T], path: Path) -> Iterator[tuple[Path, list[T]]]:
    if place.items:
        yield path, list(place.items)
    for key, below in list(place.children.items()):
        yield from _below(below, (*path, key))
