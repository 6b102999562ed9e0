"""Whatever the document allows, forbids or does not mention is answered as the document says.

schemathesis makes the requests from the document: its examples, a table of boundaries, omissions
and other methods, and many at random, right and wrong.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import assume, settings
from lipamita.domain.report import BALANCE_FIELDS
from schemathesis import Case

from tests.contract.openapi.aim import Targets, aim
from tests.contract.openapi.calls import RESULT, Calls, request_example
from tests.contract.openapi.document import operations, strict_schema
from tests.contract.openapi.edge import (
    ORDERED,
    REFUND,
    REVIEWED,
    SUSPENDED,
    TOLD,
    Edge,
    Stage,
    c2b_key,
    callback_key,
    function_at,
)
from tests.unit.lipamita.domain.samples import OTHER_TRANSACTION
from tests.unit.lipamita.entrypoints.deployment import ADMIN, AMINA, BRIAN, DEVICE, OPERATOR

EXAMPLES = 40  # of each operation, besides the table
SCHEMA = strict_schema()
OPERATIONS = list(operations(SCHEMA.raw_schema))
FOR_ESTATE: dict[str, dict[str, tuple[Any, ...]]] = {
    "registerMeter": {
        "meter_id": ("MTR-101", "MTR-102", "MTR-001"),
        "tariff_id": ("domestic", "domestic", "none"),
        "site_id": ("kilimani",),
        "owner_uid": ("tenant-brian",),
    },
    "placeOrder": {
        "place_id": ("court-1", "yard", "court-9"),
        "starts_at_ms": (1_795_244_400_000, 1_795_248_000_000),
        "slots": (1, 2),
    },
    "listPlaces": {"starts_at_ms": (1_795_244_400_000,), "ends_at_ms": (1_795_248_000_000,)},
    "offerPlace": {
        "place_id": ("hall", "gym"),
        "kind": ("booking",),
        "site_id": ("kilimani", None, "none"),
        "capacity": (1, 2),
        "slot_minutes": (60,),
    },
    "reportBalance": {
        "meter_id": ("MTR-001",),
        **dict.fromkeys(BALANCE_FIELDS, (0,)),
    },
    "reportStatus": {"meter_id": ("MTR-001",)},
    "commandMeter": {"kind": ("connect", "disconnect"), "arguments": ({},)},
    "publishTariff": {
        "tariff_id": ("night", "day"),
        "valid_from_ms": (1_798_750_800_000,),
        "blocks": ([{"price_cents_per_kwh": 2_000}],),
    },
    "askRefund": {"amount": (None,), "phone_number": (None,), "method": (None,)},
    "decideRefund": {"decision": ("paid", "send", "approve")},
    "moveMeter": {
        "tariff_id": ("domestic",),
        "site_id": ("kilimani", "kilimani", "none"),
        "owner_uid": ("tenant-brian",),
    },
}
QUEUES = ("listReviews", "getReview", "listSuspense", "getSuspense", "listRefunds")
TARGETS = Targets(
    meters=("MTR-001", "MTR-001", "MTR-003", "MTR-004", "MTR-404"),
    transactions={"*": [OTHER_TRANSACTION], "decideReview": [REVIEWED], "getReview": [REVIEWED]},
    receipts={
        **dict.fromkeys(("assignSuspense", "getSuspense"), (SUSPENDED, SUSPENDED, "UKL0DEMO99")),
        "decideReview": (TOLD, TOLD, "UKL0DEMO99"),
        "askRefund": (SUSPENDED, SUSPENDED, "UKL0DEMO99"),
        "decideRefund": ("UKL0DEMO09",),
        "viewReceipt": (SUSPENDED, "UKL0DEMO99"),
        "askReceipt": (SUSPENDED, "UKL0DEMO99"),
    },
    keys={
        "stkCallback": callback_key(OTHER_TRANSACTION),
        "c2bValidation": c2b_key("validation"),
        "c2bConfirmation": c2b_key("confirmation"),
        **dict.fromkeys(("moneyResult", "moneyTimeout"), callback_key(RESULT)),
    },
    tokens={
        "*": (AMINA, AMINA, OPERATOR, OPERATOR, BRIAN),
        "assignSuspense": (OPERATOR,),
        **dict.fromkeys((*QUEUES, "adjustMeter"), (OPERATOR,)),
        "decideReview": (OPERATOR,),
        "revokeDevice": (OPERATOR,),
        **dict.fromkeys(("askRefund", "getRefund", "decideRefund", "getStatus"), (OPERATOR,)),
        "getReport": (OPERATOR,),
        **dict.fromkeys(("viewReceipt", "askReceipt"), (OPERATOR,)),
        "listStaff": (ADMIN,),
        "viewAudit": (ADMIN,),
        **dict.fromkeys(("registerMeter", "nameSite", "bindDevice", "replaceDevice"), (OPERATOR,)),
        **dict.fromkeys(("moveMeter", "retireMeter", "commandMeter"), (OPERATOR,)),
        "publishTariff": (ADMIN,),
        "offerPlace": (OPERATOR,),
        **dict.fromkeys(("listOrders", "placeOrder", "getOrder", "cancelOrder"), (AMINA,)),
        **dict.fromkeys(("reportBalance", "reportStatus"), (DEVICE,)),
        "changeRole": (ADMIN,),
        "createClaim": (OPERATOR,),
    },
    orders=(ORDERED, ORDERED, "BZZZZZZZZZZZ"),
    refunds=(REFUND, REFUND, "-Of2fAbcdEFGHijkl012"),
    attempts=(RESULT,),
    fields=FOR_ESTATE
    | {"getReport": {"from": ("2026-11-20", "2024-02-29"), "to": ("2026-11-21",), "days": (7, 30)}}
    | {
        operation_id: {name: (value,) for name, value in request_example(operation_id).items()}
        for operation_id in ("createClaim", "claimMeter", "completeClaim")
    },
    people=("tenant-brian", "0700000002", "nobody@tenants.example"),
)
STAGE = Stage()
SCHEMA.app = STAGE
SEEN: Counter[tuple[str, str]] = Counter()


@pytest.fixture(scope="module", autouse=True)
def on_stage(running_edge: Edge) -> None:
    STAGE.put(running_edge)


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES)
def test_any_request_is_answered_as_documented(case: Case[Any], running_edge: Edge) -> None:
    assume(function_at(case.formatted_path))
    try:
        answer = case.call_and_validate(headers=aim(case, TARGETS))
        SEEN[case.operation.label, f"{answer.status_code // 100}xx"] += 1
        assert answer.status_code < 300 or running_edge.is_as_seeded()
    finally:
        if not running_edge.is_untouched():
            running_edge.restore()


@pytest.mark.parametrize("label", [f"{method} {path}" for path, method, _ in OPERATIONS])
def test_requests_of_each_operation_were_taken_and_refused(label: str) -> None:
    if not SEEN:
        pytest.skip("needs the requests of the test above")
    assert SEEN[label, "2xx"] >= 2
    assert SEEN[label, "4xx"] >= 10
    assert not SEEN[label, "5xx"]


def test_after_all_that_the_next_good_request_is_taken(
    running_edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Calls(running_edge, monkeypatch).push().status_code == 202
