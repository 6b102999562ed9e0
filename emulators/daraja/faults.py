"""The faults a scenario may name, each a row of FAULTS: its fields, and how it changes the plan.

A fault is a JSON object {"kind": "...", ...fields}. A field written with a default may be left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from emulators.daraja.checked import ANYTHING, BadInputError, Choice, Code, Field, Text, Whole, read
from emulators.daraja.phones import Auto
from emulators.daraja.plan import (
    MISSING,
    Failure,
    GatewayFault,
    Order,
    OutcomePlan,
    Plan,
    QueryShape,
    TwinPlan,
)
from emulators.daraja.switches import BalanceItem
from emulators.daraja.wire import SPIKE_ARREST, SPIKE_ARREST_CODE

Values = Mapping[str, object]
MAX_DELAY_MS = 7 * 24 * 3_600_000
MAX_COPIES = 200
NO_PRODUCT = "Invalid API call as no apiproduct match found"
NO_PRODUCT_CODE = "keymanagement.service.InvalidAPICallAsNoApiProductMatchFound"

_DELAY = Whole(0, MAX_DELAY_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of fault."""

    fields: Mapping[str, Field]
    apply: Callable[..., Plan]
    about: str


def read_faults(faults: object, now_ms: int) -> Plan:
    """Fold a list of fault objects into a plan; BadInputError names what is wrong."""
    if not isinstance(faults, list) or not faults:
        raise BadInputError("faults", "faults must be a list of at least one object")
    plan = Plan()
    for index, given in enumerate(faults):
        where = f"faults[{index}]"
        if not isinstance(given, Mapping):
            raise BadInputError(where, f"{where} must be an object with a kind")
        fault = FAULTS.get(str(given.get("kind")))
        if fault is None:
            raise BadInputError(f"{where}.kind", f"kind must be one of {', '.join(FAULTS)}")
        rest = {key: value for key, value in given.items() if key != "kind"}
        plan = fault.apply(plan, now_ms, **read(rest, fault.fields, where))
    return plan


def _answer(plan: Plan, **changes: object) -> Plan:
    return replace(plan, answer=replace(plan.answer, **changes))  # type: ignore[arg-type]


def _notify(plan: Plan, **changes: object) -> Plan:
    return replace(plan, notify=replace(plan.notify, **changes))  # type: ignore[arg-type]


def _query(plan: Plan, **changes: object) -> Plan:
    return replace(plan, query=replace(plan.query, **changes))  # type: ignore[arg-type]


def _error(plan: Plan, _now: int, *, status: int, error_code: str, message: str) -> Plan:
    return _answer(plan, failure=Failure(status=status, code=error_code, message=message))


def _gateway_fault(plan: Plan, _now: int, *, status: int, fault: str, error_code: str) -> Plan:
    told = GatewayFault(status=status, fault=fault, code=error_code)
    return _answer(plan, gateway_fault=told)


def _outcome(plan: Plan, _now: int, *, act: Auto | None, code: str | None, after_ms: int) -> Plan:
    if (act is None) == (code is None):
        raise BadInputError("faults", "outcome takes either act or code")
    return replace(plan, outcome=OutcomePlan(act=act, code=code, after_ms=after_ms))


def _amount(plan: Plan, _now: int, *, value: object, missing: bool) -> Plan:
    return _notify(plan, amount=MISSING if missing else value, amount_given=True)


def _code(plan: Plan, _now: int, *, value: object, missing: bool) -> Plan:
    return _notify(plan, code=MISSING if missing else value, code_given=True)


def _twin(plan: Plan, _now: int, *, order: Order, gap_ms: int, url: str | None) -> Plan:
    return replace(plan, twin=TwinPlan(order=order, gap_ms=gap_ms, url=url))


def _shape(plan: Plan, _now: int, *, shape: QueryShape, polls: int) -> Plan:
    return _query(plan, shapes=(*plan.query.shapes, (shape, polls)))


def _dead(plan: Plan, now_ms: int, *, for_ms: int) -> Plan:
    return _query(plan, dead_until_ms=now_ms + for_ms)


_OPTIONAL_CODE = Field(Code(), default="1032")
_GAP = Field(_DELAY, default=0)
_JSON = {
    "value": Field(ANYTHING, default=None),
    "missing": Field(Choice(True, False), default=False),
}

FAULTS: dict[str, Fault] = {
    "drop": Fault(
        fields={},
        apply=lambda plan, _now: _answer(plan, drop=True),
        about="accept, then close the connection without an answer",
    ),
    "drop_unprocessed": Fault(
        fields={},
        apply=lambda plan, _now: _answer(plan, drop_unprocessed=True),
        about="close the connection without having accepted anything",
    ),
    "delay": Fault(
        fields={"delay_ms": Field(_DELAY)},
        apply=lambda plan, _now, delay_ms: _answer(plan, hold_ms=delay_ms),
        about="accept at once, answer after delay_ms",
    ),
    "error": Fault(
        fields={
            "status": Field(Whole(200, 599), default=500),
            "error_code": Field(Code(), default="500.001.1001"),
            "message": Field(Text(0, 300), default=""),
        },
        apply=_error,
        about="refuse with this envelope A (status 200 is possible, as seen)",
    ),
    "response_code": Fault(
        fields={"code": Field(Code())},
        apply=lambda plan, _now, code: _answer(plan, response_code=code),
        about='HTTP 200 with a ResponseCode other than "0": rejected',
    ),
    "spike_arrest": Fault(
        fields={},
        apply=lambda plan, now: _gateway_fault(
            plan, now, status=429, fault=SPIKE_ARREST, error_code=SPIKE_ARREST_CODE
        ),
        about="HTTP 429 with the gateway's fault envelope",
    ),
    "gateway_fault": Fault(
        fields={
            "status": Field(Whole(400, 599), default=401),
            "fault": Field(Text(0, 300), default=NO_PRODUCT),
            "error_code": Field(Text(1, 200), default=NO_PRODUCT_CODE),
        },
        apply=_gateway_fault,
        about="any fault of the gateway; by default the app has no such product",
    ),
    "waf": Fault(
        fields={"status": Field(Choice(403, 503), default=503)},
        apply=lambda plan, _now, status: _answer(plan, firewall_status=status),
        about="an HTML page of the firewall",
    ),
    "token_expired": Fault(
        fields={},
        apply=lambda plan, _now: _answer(plan, token_expired=True),
        about="the access token is dead from now on",
    ),
    "outcome": Fault(
        fields={
            "act": Field(Choice(*get_args(Auto)), default=None),
            "code": Field(Code(), default=None),
            "after_ms": _GAP,
        },
        apply=_outcome,
        about="what the payer does (act) or the network ends with (code), without a person",
    ),
    "callback_none": Fault(
        fields={},
        apply=lambda plan, _now: _notify(plan, none=True),
        about="no notification at all",
    ),
    "callback_late": Fault(
        fields={"delay_ms": Field(_DELAY)},
        apply=lambda plan, _now, delay_ms: _notify(plan, late_ms=delay_ms),
        about="the notification comes delay_ms after the result",
    ),
    "callback_before_response": Fault(
        fields={},
        apply=lambda plan, _now: _notify(plan, before_response=True),
        about="the payer pays at once and the callback is out before the push is answered",
    ),
    "callback_copies": Fault(
        fields={"copies": Field(Whole(2, MAX_COPIES))},
        apply=lambda plan, _now, copies: _notify(plan, copies=copies),
        about="the same notification so many times in parallel",
    ),
    "callback_after_failure": Fault(
        fields={"code": _OPTIONAL_CODE, "gap_ms": _GAP},
        apply=lambda plan, _now, code, gap_ms: _notify(plan, first_code=code, gap_ms=gap_ms),
        about="a failure is told first, the success gap_ms later",
    ),
    "callback_then_failure": Fault(
        fields={"code": _OPTIONAL_CODE, "gap_ms": _GAP},
        apply=lambda plan, _now, code, gap_ms: _notify(plan, last_code=code, gap_ms=gap_ms),
        about="the success is told first, a failure gap_ms later",
    ),
    "callback_amount": Fault(
        fields=_JSON,
        apply=_amount,
        about="Amount is this JSON value, or missing",
    ),
    "callback_code": Fault(
        fields=_JSON,
        apply=_code,
        about="ResultCode is this JSON value, or missing",
    ),
    "callback_phone": Fault(
        fields={"shape": Field(Choice("plain", "masked", "text", "missing"))},
        apply=lambda plan, _now, shape: _notify(plan, phone=shape),
        about="PhoneNumber as a number, masked, as text, or left out",
    ),
    "callback_balance": Fault(
        fields={"shape": Field(Choice(*get_args(BalanceItem)))},
        apply=lambda plan, _now, shape: _notify(plan, balance=shape),
        about="the Balance item: absent, without Value, a number, or text",
    ),
    "queue_timeout": Fault(
        fields={"gap_ms": _GAP},
        apply=lambda plan, _now, gap_ms: _notify(plan, queue_timeout=True, gap_ms=gap_ms),
        about="QueueTimeOutURL is told first, the real result follows gap_ms later",
    ),
    "c2b_twin": Fault(
        fields={
            "order": Field(Choice("before", "after"), default="after"),
            "gap_ms": Field(_DELAY, default=1),
            "url": Field(Text(1, 2_000), default=None),
        },
        apply=_twin,
        about="the same receipt as a C2B confirmation too (to url, or the registered one)",
    ),
    "query_shape": Fault(
        fields={
            "shape": Field(Choice(*get_args(QueryShape))),
            "polls": Field(Whole(1, 10_000), default=1),
        },
        apply=_shape,
        about="so many queries are answered in this shape; repeat for a sequence",
    ),
    "query_contradiction": Fault(
        fields={"code": _OPTIONAL_CODE},
        apply=lambda plan, _now, code: _query(plan, contradiction=code),
        about="once the result is known, queries tell this code instead",
    ),
    "query_dead": Fault(
        fields={"for_ms": Field(_DELAY)},
        apply=_dead,
        about="every query is a 500 for this long from now",
    ),
}
