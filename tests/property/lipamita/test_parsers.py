"""Parsers fed with anything: they never raise what they did not promise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lipamita.adapters.daraja_wire import (
    access_token_from_body,
    callback_from_body,
    push_answer,
    query_answer,
    token_was_refused,
)
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.evidence import StkCallback, UnreadableCallback
from lipamita.domain.ids import parse_receipt
from lipamita.domain.msisdn import parse_msisdn
from lipamita.domain.units import Millis, exact_kes, parse_amount_kes

ENVELOPES = ["Body", "stkCallback", "CallbackMetadata", "Item", "Name", "Value", "ResultCode"]
ENVELOPES += ["ResponseCode", "errorCode", "errorMessage", "fault", "detail", "errorcode"]
ENVELOPES += ["CheckoutRequestID", "MerchantRequestID", "access_token", "expires_in"]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["0", "1032", "Amount", "MpesaReceiptNumber", "500", "500.001.1001"]),
)
nodes: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(st.sampled_from(ENVELOPES), st.text(max_size=4)), inner, max_size=5
        ),
    ),
    max_leaves=20,
)
numbers = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,25})?", fullmatch=True
)
texts = st.one_of(
    st.text(),
    nodes.map(json.dumps),
    nodes.map(lambda node: json.dumps({"Body": {"stkCallback": node}})),
    numbers.map(
        lambda number: (
            '{"Body":{"stkCallback":{"ResultCode":0,"CallbackMetadata":{"Item":'
            f'[{{"Name":"Amount","Value":{number}}}]}}}}}}}}'
        )
    ),
)
bodies = st.one_of(st.binary(max_size=200), texts.map(lambda text: text.encode("utf-8", "replace")))


@given(texts)
def test_any_text_is_a_callback_or_says_why_not(text: str) -> None:
    callback = callback_from_body(evidence_id="e", received_at_ms=Millis(1), body=text)
    assert isinstance(callback, StkCallback | UnreadableCallback)


@given(bodies)
def test_any_bytes_as_the_request_handler_keeps_them_are_a_callback_or_say_why_not(
    body: bytes,
) -> None:
    kept = body.decode("utf-8", "backslashreplace")
    callback = callback_from_body(evidence_id="e", received_at_ms=Millis(1), body=kept)
    assert isinstance(callback, StkCallback | UnreadableCallback)


@given(bodies, st.integers(100, 599))
def test_any_bytes_are_an_answer_of_darajas(body: bytes, status: int) -> None:
    push_answer(status, body)
    token_was_refused(body)
    access_token_from_body(body)
    assert query_answer(body, asked_at_ms=Millis(1)).asked_at_ms == 1


@given(nodes)
def test_only_zero_is_read_as_paid(code: object) -> None:
    text = json.dumps({"Body": {"stkCallback": {"ResultCode": code}}})
    callback = callback_from_body(evidence_id="e", received_at_ms=Millis(1), body=text)
    assert isinstance(callback, StkCallback)
    zero = code == "0" or (code == 0 and type(code) is int)
    assert (callback.result_code == "0") == zero


def parsed(parser: Callable[[object], object], value: object) -> object:
    """What the parser gave, or the field that its refusal named."""
    try:
        return parser(value)
    except InvalidInputError as refused:
        return refused.field


@given(nodes)
def test_any_json_is_an_amount_or_an_error_that_names_the_field(value: object) -> None:
    amount = parsed(parse_amount_kes, value)
    if amount != "amount":
        assert type(value) is int
        assert 1 <= value <= 250_000


@given(st.one_of(nodes, st.text(alphabet="0123456789+- ()7125", max_size=18)))
def test_any_json_is_a_phone_number_or_an_error_that_names_the_field(value: object) -> None:
    number = parsed(parse_msisdn, value)
    if number != "phone_number":
        assert isinstance(value, str)
        assert isinstance(number, str)
        assert len(number) == 12
        assert number.startswith(("2547", "2541"))
        assert "".join(filter(str.isdecimal, value))[-9:] == number[-9:]


@given(st.one_of(nodes, st.integers(0, 10**40), st.decimals(), numbers))
def test_an_exact_amount_is_the_number_itself(value: object) -> None:
    amount = exact_kes(value)
    if amount is not None:
        assert not isinstance(value, bool | float)
        assert float(amount) == float(value)  # type: ignore[arg-type]


@given(st.one_of(nodes, st.text()))
def test_any_json_is_a_receipt_or_none(value: object) -> None:
    receipt = parse_receipt(value)
    assert receipt is None or (receipt.isascii() and receipt.isalnum() and receipt.isupper())
