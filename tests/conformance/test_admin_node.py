"""firebase-admin for Node, and @firebase/rules-unit-testing, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.npm

CHECKS = {
    "admin_node.mjs": [
        "reads and writes past all rules",
        "sets and gets rules as text and as JSON",
        "acts under the rules with an auth variable override",
        "listens, queries and transactions",
    ],
    "rules_unit_testing.mjs": [
        "an authenticated context is bound by the rules",
        "an unauthenticated context may do what anybody may",
        "rules can be suspended and data cleared",
        "malformed rules are refused with a parse error",
    ],
}


@pytest.mark.parametrize(
    ("script", "name"), [(script, name) for script, names in CHECKS.items() for name in names]
)
def test_node(node_results: Callable[[str], dict[str, Any]], script: str, name: str) -> None:
    result = node_results(script)[name]
    assert result["ok"], result.get("error")
