"""The document's routes are the routes that the functions answer: no more, and no fewer."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lipamita.entrypoints import api

from tests.contract.openapi.document import METHODS, operations, published
from tests.contract.openapi.edge import ROOT, Edge
from tests.unit.lipamita.domain.samples import TRANSACTION

PUBLISHED = published()
OPERATIONS = [(path, method) for path, method, _ in operations(PUBLISHED)]
NEVER_ALLOWED = "PROPFIND"
NOTHING = "unknown_path"
SAMPLES = {
    "user_id": "tenant-amina",
    "order_id": "B0123456789A",
    "name": "ledger.csv",
    "transaction_id": TRANSACTION,
    "key": "0" * 32,
    "meter_id": "MTR-001",
    "receipt": "UKL0DEMO03",
    "refund_id": "-Of2eAbcdEFGHijkl012",
    "id": "sent-1--Of2eAbcdEFGHijkl012",
}


def sample(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda named: SAMPLES[named[1]], path)


def code(response: Any) -> str | None:
    node = response.get_json(silent=True)
    return node["error"]["code"] if isinstance(node, dict) and "error" in node else None


@pytest.mark.parametrize("path", sorted({path for path, _ in OPERATIONS}))
def test_a_path_allows_the_methods_that_are_documented_and_names_them(
    edge: Edge, path: str
) -> None:
    answers = {method: edge.call(method, sample(path)) for method in METHODS}
    allowed = {method for method, answer in answers.items() if answer.status_code != 405}
    assert allowed == {method for at, method in OPERATIONS if at == path}
    for method, answer in answers.items():
        if method not in allowed:
            assert set(answer.headers["Allow"].split(", ")) == allowed


def routes_of_the_api() -> dict[str, set[str]]:
    """What the router's table has, by path."""
    return {f"/api/{path}": set(handlers) for path, handlers in api.ROUTES}


def test_every_route_of_the_api_is_documented() -> None:
    documented: dict[str, set[str]] = {}
    for path, method in OPERATIONS:
        if path.startswith("/api/"):
            documented.setdefault(path, set()).add(method)
    assert routes_of_the_api() == documented


def test_every_rewrite_to_a_function_is_documented() -> None:
    rewrites = json.loads((ROOT / "firebase.json").read_text())["hosting"]["rewrites"]
    sources = {row["source"].removesuffix("/**") for row in rewrites if "function" in row}
    for source in sources:
        assert any(path == source or path.startswith(f"{source}/") for path, _ in OPERATIONS)
    for path, _ in OPERATIONS:
        assert any(path == source or path.startswith(f"{source}/") for source in sources)


@pytest.mark.parametrize(
    "path", ["/daraja/c2b/other/{key}", "/daraja/c2b/{key}", "/daraja/callback/{transaction_id}"]
)
def test_other_paths_of_safaricoms_lead_nowhere(edge: Edge, path: str) -> None:
    assert code(edge.call("POST", sample(path))) == NOTHING
    assert edge.is_as_seeded()
