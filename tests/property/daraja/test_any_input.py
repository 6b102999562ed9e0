"""Whatever arrives, the API answers in one of its shapes and the control API in its own."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.daraja import control, control_phones
from emulators.daraja.apis import APIS
from emulators.daraja.checked import BadInputError, NotFoundError
from emulators.daraja.faults import FAULTS
from tests.unit.emulators.daraja.shop import PAYER, PUSH, open_shop, request

QUICK = settings(max_examples=150, deadline=None)
FIELDS = [
    "BusinessShortCode",
    "Password",
    "Timestamp",
    "TransactionType",
    "Amount",
    "PartyA",
    "PartyB",
    "PhoneNumber",
    "CallBackURL",
    "AccountReference",
    "TransactionDesc",
    "CheckoutRequestID",
    "ShortCode",
    "ResponseType",
    "ConfirmationURL",
    "ValidationURL",
    "CommandID",
    "Msisdn",
    "BillRefNumber",
    "StartDate",
    "EndDate",
    "OffSetValue",
    "Initiator",
    "InitiatorName",
    "SecurityCredential",
    "Remarks",
    "QueueTimeOutURL",
    "ResultURL",
    "Occassion",
    "TransactionID",
    "ReceiverParty",
    "RecieverIdentifierType",
    "IdentifierType",
    "TrxCode",
    "CPI",
    "Size",
    "RefNo",
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["https://[", "https://shop.example:99999/", "http://\u202e", "0", "-1", "1e3"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(
    path=st.sampled_from(sorted(APIS)),
    body=st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=12),
)
@QUICK
def test_any_body_is_answered_in_a_known_shape(path: str, body: dict[str, object]) -> None:
    shop = open_shop()
    reply = shop.post(path, body)
    assert {"errorCode", "requestId", "errorMessage"} == set(reply.body)
    assert shop.sent() == []
    assert shop.world.book.rows() == []


@given(field=st.sampled_from(FIELDS), value=ODD)
@QUICK
def test_one_odd_field_leaves_a_push_accepted_or_refused(field: str, value: object) -> None:
    shop = open_shop()
    reply = shop.push(**{field: value})
    assert ("ResponseCode" in reply.body) != ("errorCode" in reply.body)
    assert len(shop.world.pushes) == ("ResponseCode" in reply.body)


@given(raw=st.binary(max_size=200))
@QUICK
def test_any_bytes_are_an_answerable_body(raw: bytes) -> None:
    shop = open_shop()
    shop.login()
    asked = request("POST", PUSH, authorization=f"Bearer {shop.token}")
    given_bytes = type(asked)(
        **{name: getattr(asked, name) for name in asked.__slots__} | {"body": raw}
    )
    assert "errorCode" in shop.raw(given_bytes).body


@given(
    kind=st.sampled_from(sorted(FAULTS)),
    fields=st.dictionaries(
        st.sampled_from(["delay_ms", "gap_ms", "code", "value", "shape", "polls", "url", "act"]),
        ODD,
        max_size=3,
    ),
)
@QUICK
def test_a_scenario_is_understood_or_refused(kind: str, fields: dict[str, object]) -> None:
    shop = open_shop()
    wanted = {"match": {"next": True}, "faults": [{"kind": kind} | fields]}
    try:
        control.add_scenario(shop.world, wanted)
    except BadInputError:
        assert shop.world.scenarios.waiting() == []
        return
    reply = shop.push()
    shop.advance(60_000)
    json.dumps(shop.world.journal.requests(0, None))
    assert reply.answer.drop or reply.answer.text


@given(fields=st.dictionaries(st.sampled_from(["balance", "pin", "auto", "locked", "x"]), ODD))
@QUICK
def test_a_phone_is_set_or_the_request_refused(fields: dict[str, object]) -> None:
    shop = open_shop()
    before = control_phones.show_phone(shop.world, PAYER)
    try:
        after = control_phones.set_phone(shop.world, PAYER, fields)
    except (BadInputError, NotFoundError):
        after = control_phones.show_phone(shop.world, PAYER)
        assert after == before
    assert sum(shop.world.book.balances().values()) == 0
    json.dumps(after, allow_nan=False)
