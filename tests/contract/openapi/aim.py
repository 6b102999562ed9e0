"""Aim a random request at something: names of the right shape become names that exist, or nearly.

Without it nearly every request would end at "no such meter". The choice hangs on the name alone,
so that the same request is aimed the same way in every run.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemathesis import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What exists in one world. ``keys`` and ``tokens`` go by operation; ``*`` is any other."""

    meters: Sequence[str]
    transactions: Sequence[str]
    receipts: Sequence[str]
    keys: Mapping[str, str]
    tokens: Mapping[str, Sequence[str]]


def aim(case: Case[Any], targets: Targets) -> dict[str, str]:
    """Point the case at the targets, and return the headers of somebody who may ask."""
    described = case.operation.definition.raw
    tokens = targets.tokens.get(described["operationId"], targets.tokens["*"])
    token = choose(tokens, repr((case.path_parameters, case.body)))
    named = {
        "meter_id": targets.meters,
        "transaction_id": targets.transactions,
        "receipt": targets.receipts,
        "key": [targets.keys.get(described["operationId"], "")],
    }
    if case.meta is not None and case.meta.generation.mode.is_positive:
        for name, choices in named.items():
            if name in case.path_parameters:
                case.path_parameters[name] = choose(choices, case.path_parameters[name])
        if isinstance(case.body, dict) and "meter_id" in case.body:
            case.body = {**case.body, "meter_id": choose(targets.meters, case.body["meter_id"])}
    return {"Authorization": f"Bearer {token}"} if described["security"] else {}


def choose(choices: Sequence[str], name: object) -> str:
    """One of the choices, always the same one for the same name; the name itself if it is one."""
    if isinstance(name, str) and name in choices:
        return name
    return choices[zlib.crc32(repr(name).encode()) % len(choices)]
