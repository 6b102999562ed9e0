"""The nodes a commit really changed, as a trigger's path pattern sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from emulators.rtdb.core.changes import Commit
from emulators.rtdb.tree.node import Node, child, children, same
from emulators.rtdb.tree.path import Path
from emulators.rtdb.triggers.registry import Trigger

_CAPTURE = re.compile(r"\{([A-Za-z0-9_-]+)(?:=\*)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One node that changed; `params` are the captured keys by name."""

    path: Path
    params: dict[str, str]
    before: Node | None
    after: Node | None


def occurrences(trigger: Trigger, commit: Commit) -> Iterator[Occurrence]:
    """One occurrence per matching node whose value really changed, in key order of discovery."""
    seen: set[Path] = set()
    whole = Occurrence(path=(), params={}, before=commit.before, after=commit.after)
    for written in commit.paths:
        for found in _walk(trigger.pattern, written, whole):
            if found.path not in seen and _wanted(trigger.kind, found):
                seen.add(found.path)
                yield found


def _walk(pattern: Path, written: Path, here: Occurrence) -> Iterator[Occurrence]:
    if here.before is here.after:
        return
    depth = len(here.path)
    if depth == len(pattern):
        yield here
        return
    name = capture_name(pattern[depth])
    for key in _keys(pattern[depth], name, written[depth : depth + 1], here):
        below = Occurrence(
            path=(*here.path, key),
            params=here.params | {name: key} if name else here.params,
            before=child(here.before, key),
            after=child(here.after, key),
        )
        yield from _walk(pattern, written, below)


def _keys(segment: str, name: str | None, written: Path, here: Occurrence) -> list[str]:
    """The children that a pattern segment covers and the write may have changed."""
    if written:
        return list(written) if name is not None or written[0] == segment else []
    if name is None:
        return [segment]
    return list(dict.fromkeys([*children(here.after), *children(here.before)]))


def capture_name(segment: str) -> str | None:
    """The name a pattern segment captures under ("" for a bare `*`); None for a literal key."""
    if segment == "*":
        return ""
    match = _CAPTURE.fullmatch(segment)
    return match.group(1) if match else None


def _wanted(kind: str, found: Occurrence) -> bool:
    if kind == "create":
        return found.before is None and found.after is not None
    if kind == "delete":
        return found.before is not None and found.after is None
    if kind == "update" and (found.before is None or found.after is None):
        return False
    return not same(found.before, found.after)
