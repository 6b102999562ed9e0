"""docs/openapi.yaml as the tests hold it: stricter than published.

A published answer may gain fields, so that clients keep working. Here every object of an answer is
closed: a field that is answered and not described is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from tests.contract.openapi.edge import ROOT

DOCUMENT = ROOT / "docs" / "openapi.yaml"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
FIXED_SEED = 20_261_121


def published() -> dict[str, Any]:
    """The document as it stands."""
    return dict(schemathesis.openapi.from_path(DOCUMENT, config=configuration()).raw_schema)


def strict_schema(*, table: bool = True) -> BaseSchema:
    """The document for schemathesis, with every object of an answer closed.

    Without the ``table`` of boundaries, omissions and other methods it asks only the examples and
    requests at random.
    """
    document = deepcopy(published())
    for schema in document["components"]["schemas"].values():
        _close(schema)
    return schemathesis.openapi.from_dict(document, config=configuration(table=table))


def configuration(*, table: bool = True) -> SchemathesisConfig:
    """No file is looked for. The same examples in every run; FUZZ=random draws new ones."""
    fixed = os.environ.get("FUZZ") != "random"
    config: dict[str, Any] = {
        "phases": {"coverage": {"enabled": table}},
        "generation": {"deterministic": fixed, "database": "none"},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", 403, 404, 409, 502]},
            "negative_data_rejection": {
                "expected-statuses": [
                    400,
                    401,
                    403,
                    404,
                    405,
                    406,
                    409,
                    413,
                    415,
                    422,
                    428,
                    429,
                    "5xx",
                ]
            },
            "not_a_server_error": {"expected-statuses": ["2xx", "4xx", 502, 503]},
        },
        "operations": [
            {  # whatever comes in on a secret path is kept and thanked
                "include-tag": "safaricom",
                "checks": {"negative_data_rejection": {"enabled": False}},
            },
            {  # a parameter too many may be sent as an empty list, which is no parameter
                "include-operation-id": [
                    *("listUserPayments", "listMeterPayments", "listOrders"),
                    *("listReviews", "listSuspense", "listRefunds"),
                ],
                "checks": {"negative_data_rejection": {"enabled": False}},
            },
            {  # how often Daraja may be asked is shared by all
                "include-operation-id": "queryPayment",
                "checks": {
                    "positive_data_acceptance": {
                        "expected-statuses": ["2xx", 403, 404, 409, 429, 502]
                    }
                },
            },
        ],
    }
    return SchemathesisConfig.from_dict({**config, **({"seed": FIXED_SEED} if fixed else {})})


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as (path, METHOD, description)."""
    for path, item in document["paths"].items():
        for name, described in item.items():
            if name.upper() in METHODS:
                yield path, name.upper(), described


def operation(schema: BaseSchema, operation_id: str) -> Any:
    """schemathesis's operation of that id."""
    return next(
        schema[path][method]
        for path, method, described in operations(schema.raw_schema)
        if described["operationId"] == operation_id
    )


def resolved(document: dict[str, Any], node: Any) -> Any:
    """The node, or what its $ref names. Raises KeyError where nothing is there."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def _close(schema: Any) -> None:
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for below in schema.values():
            _close(below)
