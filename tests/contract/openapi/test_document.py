"""docs/openapi.yaml is valid, complete in itself, and says what the parsers say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.claim import MAX_TRIES
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.guard import RATES, RateKind
from lipamita.domain.ids import parse_idempotency_key, parse_meter_id, parse_transaction_id
from lipamita.domain.msisdn import MAX_TYPED_LENGTH, parse_msisdn
from lipamita.domain.payment import DeliveryStatus, Status
from lipamita.domain.stk_result import Retry
from lipamita.domain.tariff import LineKind
from lipamita.domain.units import MAX_AMOUNT_KES, MIN_AMOUNT_KES, MINUTE_MS
from lipamita.entrypoints.evidence import MAX_EVIDENCE_BYTES
from lipamita.entrypoints.http import MAX_JSON_BYTES
from lipamita.entrypoints.stk_push import FIELDS, MAX_DESCRIPTION

from tests.contract.openapi.document import DOCUMENT, configuration, operations, published, resolved

PUBLISHED = published()
SCHEMAS: dict[str, Any] = PUBLISHED["components"]["schemas"]
PAYMENT_REQUEST = SCHEMAS["PaymentRequest"]["properties"]
OPERATIONS = list(operations(PUBLISHED))


def test_the_document_is_valid_openapi() -> None:
    schemathesis.openapi.from_path(DOCUMENT, config=configuration()).validate()


def test_an_invalid_document_would_be_noticed() -> None:
    broken = {**PUBLISHED, "paths": {"/x": {"get": {"responses": 5}}}}
    with pytest.raises(ValueError, match="5 is not of type"):
        schemathesis.openapi.from_dict(broken, config=configuration()).validate()


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for below in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from nodes(below)


def test_every_reference_leads_somewhere() -> None:
    references = [node for node in nodes(PUBLISHED) if "$ref" in node]
    assert references
    assert all(resolved(PUBLISHED, node) is not None for node in references)


def test_every_component_is_used() -> None:
    text = json.dumps(PUBLISHED)
    for kind in ("parameters", "headers", "responses", "schemas"):
        for name in PUBLISHED["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, name


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [described["operationId"] for _, _, described in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", sorted({path for path, _, _ in OPERATIONS}))
def test_a_path_describes_each_of_its_parameters(path: str) -> None:
    for at, _, described in OPERATIONS:
        if at == path:
            parameters = [resolved(PUBLISHED, row) for row in described.get("parameters", [])]
            named = {row["name"] for row in parameters if row["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))


def test_each_operation_says_who_may_call_it() -> None:
    assert all("security" in described for _, _, described in OPERATIONS)


# --- numbers and words are the code's


def test_the_limits_are_the_parsers() -> None:
    amount, phone = PAYMENT_REQUEST["amount"], PAYMENT_REQUEST["phone_number"]
    assert (amount["minimum"], amount["maximum"]) == (MIN_AMOUNT_KES, MAX_AMOUNT_KES)
    assert phone["maxLength"] == MAX_TYPED_LENGTH
    assert PAYMENT_REQUEST["description"]["maxLength"] == MAX_DESCRIPTION
    assert set(PAYMENT_REQUEST) == FIELDS


def test_the_limits_told_in_words_are_the_codes() -> None:
    described = {node["operationId"]: node for _, _, node in OPERATIONS}
    assert (
        f"At most {MAX_JSON_BYTES // 1024} KiB"
        in (described["requestPayment"]["requestBody"]["description"])
    )
    assert (
        f"At most {MAX_EVIDENCE_BYTES // 1024} KiB"
        in (described["stkCallback"]["requestBody"]["description"])
    )
    rates = {kind: (rate.count, rate.per_ms // MINUTE_MS) for kind, rate in RATES.items()}
    assert rates == {
        RateKind.USER: (20, 10),
        RateKind.METER: (20, 10),
        RateKind.PHONE: (10, 10),
        RateKind.CLAIM: (20, 10),
        RateKind.ORDER: (10, 10),
        RateKind.ADDRESS: (60, 10),
    }
    for operation_id in ("claimMeter", "completeClaim"):
        assert (
            "In ten minutes boards may ask 20 times for a meter, and an address 60 times"
            in (described[operation_id]["responses"]["429"]["description"])
        )
    assert (
        f"After {MAX_TRIES} wrong tries"
        in (described["claimMeter"]["responses"]["403"]["description"])
    )
    assert (
        "in ten minutes a user and a meter may have 20, a phone 10"
        in (described["requestPayment"]["responses"]["429"]["description"])
    )


def test_the_closed_lists_are_the_codes() -> None:
    quote_line = SCHEMAS["Quote"]["properties"]["lines"]["items"]["properties"]
    payment = SCHEMAS["Payment"]["properties"]
    assert set(SCHEMAS["Status"]["enum"]) == set(Status)
    assert set(quote_line["kind"]["enum"]) == set(LineKind)
    assert set(payment["delivery"]["properties"]["status"]["enum"]) == set(DeliveryStatus)
    assert set(payment["try_again"]["enum"]) == set(Retry)


def accepts(parse: Any, value: str) -> bool:
    try:
        parse(value)
    except InvalidInputError:
        return False
    return True


IDS = [
    (SCHEMAS["MeterId"]["pattern"], parse_meter_id, "AZ09-a "),
    (SCHEMAS["TransactionId"]["pattern"], parse_transaction_id, "-_aZ0."),
    (
        PUBLISHED["components"]["parameters"]["IdempotencyKey"]["schema"]["pattern"],
        parse_idempotency_key,
        "!~ aé",
    ),
]


@pytest.mark.parametrize(("pattern", "parse", "letters"), IDS, ids=["meter", "transaction", "key"])
@given(data=st.data())
def test_a_pattern_accepts_what_its_parser_accepts(
    pattern: str, parse: Any, letters: str, data: st.DataObject
) -> None:
    mixed = st.text(st.sampled_from(letters), min_size=1, max_size=24)
    value = data.draw(mixed | st.from_regex(pattern, fullmatch=True) | st.text(max_size=140))
    documented = re.fullmatch(pattern.removesuffix("$"), value) is not None
    assert documented == accepts(parse, value)


PHONES = st.lists(st.sampled_from([*"0125479+- ()x", "254", "07"]), max_size=24).map("".join)


@given(PHONES | st.from_regex(PAYMENT_REQUEST["phone_number"]["pattern"], fullmatch=True))
def test_a_phone_is_described_as_it_is_accepted(value: str) -> None:
    phone, typed = PAYMENT_REQUEST["phone_number"], value.strip()
    documented = (
        phone["minLength"] <= len(typed) <= phone["maxLength"]
        and re.fullmatch(phone["pattern"].removesuffix("$"), typed) is not None
    )
    assert documented == accepts(parse_msisdn, value)
