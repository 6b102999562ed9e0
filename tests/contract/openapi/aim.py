"""Aim a random request at something: names of the right shape become names that exist, or nearly.

Without it nearly every request would end at "no such meter". The choice hangs on the name alone,
so that the same request is aimed the same way in every run.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemathesis import Case

# The document cannot say that a span must not end before it begins.
SPANS = {"viewConsumption": {"from": ("2026-11-20",), "to": ("2026-11-21",)}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What exists in one world, some of it by operation; ``*`` is any other operation."""

    meters: Sequence[str]
    transactions: Mapping[str, Sequence[str]]
    receipts: Mapping[str, Sequence[str]]
    keys: Mapping[str, str]
    tokens: Mapping[str, Sequence[str]]
    people: Sequence[str]
    refunds: Sequence[str]
    orders: Sequence[str]
    attempts: Sequence[str]
    fields: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)


def aim(case: Case[Any], targets: Targets) -> dict[str, str]:
    """Point the case at the targets, and return the headers of somebody who may ask."""
    described = case.operation.definition.raw
    operation_id = described["operationId"]
    tokens = targets.tokens.get(operation_id, targets.tokens["*"])
    token = choose(tokens, repr((case.path_parameters, case.body)))
    named = {
        "meter_id": targets.meters,
        "transaction_id": targets.transactions.get(operation_id, targets.transactions["*"]),
        "receipt": targets.receipts.get(operation_id, ("",)),
        "who": targets.people,
        "refund_id": targets.refunds,
        "order_id": targets.orders,
        "id": targets.attempts,
        "key": [targets.keys.get(operation_id, "")],
        **SPANS.get(operation_id, {}),
        **targets.fields.get(operation_id, {}),
    }
    if case.meta is not None and case.meta.generation.mode.is_positive:
        for name, choices in named.items():
            if name in case.path_parameters:
                case.path_parameters[name] = choose(choices, case.path_parameters[name])
            if case.query and name in case.query:
                case.query = {**case.query, name: choose(choices, case.query[name])}
            if isinstance(case.body, dict) and name in case.body:
                case.body = {**case.body, name: choose(choices, case.body[name])}
        # JSON Schema takes 500.0 for an integer; the document says in words that we do not.
        case.body = _whole(case.body)
        case.query = _whole(case.query)
    return {"Authorization": f"Bearer {token}"} if described["security"] else {}


def _whole(node: Any) -> Any:
    """The body with every whole number written as one."""
    if isinstance(node, dict):
        return {key: _whole(below) for key, below in node.items()}
    if isinstance(node, list):
        return [_whole(below) for below in node]
    return int(node) if isinstance(node, float) and node.is_integer() else node


def choose(choices: Sequence[Any], name: object) -> Any:
    """One of the choices, always the same one for the same name; the name itself if it is one."""
    if isinstance(name, str) and name in choices:
        return name
    return choices[zlib.crc32(repr(name).encode()) % len(choices)]
