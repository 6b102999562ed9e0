"""Everything a rule can see while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.rtdb.rules.snapshot import Snapshot
from emulators.rtdb.tree.node import Scalar

AuthVariable = Mapping[str, Any] | None
QueryVariable = Mapping[str, Scalar | None]


@dataclass(slots=True)
class Context:
    """The variables of one rule at one place; `captures` maps `$name` to the key it stands for."""

    auth: AuthVariable
    now_ms: int
    root: Snapshot
    data: Snapshot
    new_data: Snapshot | None
    query: QueryVariable
    captures: dict[str, str]
