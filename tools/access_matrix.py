"""Write who may do what at which path into docs/access.md, from the field tables.

The tables are those of docs/data-model.md, which tests/rules tries field by field against
database.rules.json with every kind of caller. Subtrees that are open to the same callers are one
row. Run it after changing a table: ``make fmt``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tools.data_model import Field, read_fields

DOCUMENT = Path("docs/access.md")
MARKS = ("<!-- access:begin -->", "<!-- access:end -->")
CALLERS = ("anybody", "signed-in", "user", "owner", "payer", "device", "staff")
# A client deletes nothing but its own switches: setting them as a whole may leave some out.
DELETABLE = ("users/{uid}/notifications/",)

Access = tuple[str, ...]  # for each of CALLERS: "", "R", "RW", "RWD"
Node = dict[str, "Node | Access"]


def access_of(field: Field) -> Access:
    """What each caller may do with one field: read (R), write (W), delete (D)."""
    return tuple(_operations(caller, field) for caller in CALLERS)


def with_matrix(text: str, fields: Sequence[Field]) -> str:
    """The document with its matrix made anew. Raises ValueError if its markers are missing."""
    begin, end = MARKS
    pattern = re.compile(f"({begin}\n).*?({end})", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{DOCUMENT} has no markers {begin} and {end}")
    return pattern.sub(lambda match: f"{match[1]}{_rendered(fields)}\n{match[2]}", text)


def rows(fields: Iterable[Field]) -> Iterator[tuple[str, Access]]:
    """Each path once, with a whole subtree as ``path/**`` where it is open to the same callers."""
    tree: Node = {}
    for field in fields:
        node = tree
        *parents, name = field.segments
        for key in parents:
            below = node.setdefault(key, {})
            assert isinstance(below, dict), f"{field.path} lies below a field"
            node = below
        node[name] = access_of(field)
    for key, child in tree.items():
        yield from _rows(key, child)


def main() -> int:
    """Bring the document up to date."""
    DOCUMENT.write_text(with_matrix(DOCUMENT.read_text(), read_fields()))
    return 0


def _operations(caller: str, field: Field) -> str:
    reads = bool(field.readers & {caller, "signed-in"}) and caller != "anybody"
    writes = caller in field.writers
    deletes = writes and field.path.startswith(DELETABLE)
    return "R" * reads + "W" * writes + "D" * deletes


def _rows(path: str, node: Node | Access) -> Iterator[tuple[str, Access]]:
    if isinstance(node, tuple):
        yield path, node
        return
    kinds = set(_leaves(node))
    if len(kinds) == 1:
        yield f"{path}/**", kinds.pop()
        return
    for key, child in node.items():
        yield from _rows(f"{path}/{key}", child)


def _leaves(node: Mapping[str, Node | Access]) -> Iterator[Access]:
    for child in node.values():
        if isinstance(child, tuple):
            yield child
        else:
            yield from _leaves(child)


def _rendered(fields: Sequence[Field]) -> str:
    lines = [
        f"| Path | {' | '.join(CALLERS)} |",
        f"|---|{'---|' * len(CALLERS)}",
        *(
            f"| `{path}` | {' | '.join(cell or '-' for cell in cells)} |"
            for path, cells in rows(fields)
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
