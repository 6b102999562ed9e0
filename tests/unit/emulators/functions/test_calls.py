from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions.calls import Call, NoSuchFunction, find_call
from emulators.functions.endpoint import Endpoint
from emulators.functions.events import BadEvent, cloud_event
from emulators.functions.restarts import RestartBudget

PAY = Endpoint(name="pay", region="europe-west1", kind="http")
ON_PAY = Endpoint(name="on_pay", region="europe-west1", kind="event", event_type="x")
TRIGGERS = "/functions/projects/demo/triggers"


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/demo/europe-west1/pay", "/"),
        ("/demo/europe-west1/pay/", "/"),
        ("/demo/europe-west1/pay/a/b%2Fc", "/a/b%2Fc"),
        ("/demo/europe-west1/pay//a", "//a"),
        (f"{TRIGGERS}/europe-west1-pay", "/"),
    ],
)
def test_a_function_sees_the_rest_of_the_path(path: str, seen: str) -> None:
    call = find_call(path, "POST", "demo", [PAY, ON_PAY])
    assert call == Call(endpoint=PAY, path=seen, as_event=False)


@pytest.mark.parametrize(
    "path",
    ["/", "/demo", "/demo/europe-west1", "/demo/europe-west1/on_pay", "/else/europe-west1/pay",
     f"{TRIGGERS}/europe-west1-on_pay", f"{TRIGGERS}/"],
)  # fmt: skip
def test_other_paths_mean_no_function(path: str) -> None:
    assert isinstance(find_call(path, "POST", "demo", [PAY, ON_PAY]), NoSuchFunction)


def test_an_event_function_is_called_by_its_key_alone() -> None:
    call = find_call(f"{TRIGGERS}/europe-west1-on_pay-0", "POST", "demo", [PAY, ON_PAY])
    assert call == Call(endpoint=ON_PAY, path="/", as_event=True)


@given(st.text(max_size=60))
def test_any_path_is_a_call_or_none(path: str) -> None:
    assert isinstance(find_call(path, "GET", "demo", [PAY]), Call | NoSuchFunction)


@given(
    st.sampled_from(["http", "callable", "task", "schedule", "event", "blocking"]),
    st.text(min_size=1),
    st.none() | st.text(),
)
def test_an_endpoint_survives_the_pipe(kind: str, name: str, schedule: str | None) -> None:
    wire = {"name": name, "region": "r", "kind": kind, "schedule": schedule}
    endpoint = Endpoint.from_wire(wire)
    assert Endpoint.from_wire(json.loads(json.dumps(endpoint.to_wire()))) == endpoint


JSON = st.recursive(st.none() | st.text() | st.integers(), st.lists)


@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_an_event_or_refused(body: bytes) -> None:
    with pytest.raises(BadEvent):
        cloud_event(body, region="r", database_host="h:1")


def test_restarts_are_free_until_the_limit_and_then_wait_for_the_window() -> None:
    budget = RestartBudget(2)
    assert [budget.wait_s(now) for now in (0.0, 10.0)] == [0.0, 0.0]
    assert budget.wait_s(20.0) == 40.0
    assert budget.wait_s(100.0) == 0.0
