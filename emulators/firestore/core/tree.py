"""Which ids lie below which place, so that collections are listed without reading documents."""

from __future__ import annotations

from emulators.firestore.core.names import Path


class Tree:
    """Counts the documents below every place; a place with none is gone."""

    def __init__(self) -> None:
        self._below: dict[Path, dict[str, int]] = {}

    def add(self, path: Path) -> None:
        """A document was created. Costs as much as its name is deep."""
        for level, part in enumerate(path):
            below = self._below.setdefault(path[:level], {})
            below[part] = below.get(part, 0) + 1

    def remove(self, path: Path) -> None:
        """A document was deleted."""
        for level, part in enumerate(path):
            below = self._below[path[:level]]
            if below[part] > 1:
                below[part] -= 1
                continue
            del below[part]
            if not below:
                del self._below[path[:level]]

    def below(self, path: Path) -> list[str]:
        """Sorted: collection ids below a document or the root, document ids below a collection."""
        return sorted(self._below.get(path, ()))
