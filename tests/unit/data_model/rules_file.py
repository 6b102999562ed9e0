"""database.rules.json as data: comments away, lines joined, each node with its path."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RULES_FILE = Path(__file__).parents[3] / "database.rules.json"
_COMMENT_OR_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesNode:
    """The rules of one path; `$name` is written `{name}` as in the document."""

    path: str
    read: str | None
    write: str | None
    validate: str | None
    index_on: tuple[str, ...]


def read_rules(text: str | None = None) -> list[RulesNode]:
    """Every node of the file that is not the root, parents before children."""
    raw = text if text is not None else RULES_FILE.read_text(encoding="utf-8")
    plain = _COMMENT_OR_STRING.sub(lambda m: m[0] if m[0].startswith('"') else "", raw)
    document = json.loads(plain, strict=False)
    nodes: list[RulesNode] = []
    _collect(document["rules"], "", nodes)
    return nodes


def _collect(node: dict[str, Any], path: str, nodes: list[RulesNode]) -> None:
    if path:
        index = node.get(".indexOn", [])
        nodes.append(
            RulesNode(
                path=path,
                read=_expression(node.get(".read")),
                write=_expression(node.get(".write")),
                validate=_expression(node.get(".validate")),
                index_on=tuple([index] if isinstance(index, str) else index),
            )
        )
    for key, child in node.items():
        if not key.startswith("."):
            name = f"{{{key[1:]}}}" if key.startswith("$") else key
            _collect(child, f"{path}/{name}" if path else name, nodes)


def _expression(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else _SPACE.sub(" ", str(value))
