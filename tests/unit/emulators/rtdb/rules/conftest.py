from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from emulators.rtdb.rules.decision import Asker, may_read
from emulators.rtdb.rules.tree import compile_rules
from emulators.rtdb.tree.from_json import Bounds, parse

Evaluate = Callable[..., bool]


@pytest.fixture
def holds() -> Evaluate:
    """Whether an expression is true as the `.read` rule of `/$capture`, read at `/captured`."""

    def evaluate(expression: str, data: Any = None, auth: Any = None, query: Any = None) -> bool:
        rules = compile_rules(json.dumps({"rules": {"$capture": {".read": expression}}}))
        tree = parse(data, existing=None, now_ms=0, depth=0, bounds=Bounds())
        extra = {} if query is None else {"query": query}
        asker = Asker(auth=auth, now_ms=1000)
        return may_read(rules, ("captured",), tree=tree, asker=asker, **extra).allowed

    return evaluate
