"""The front door: one request in, one answer out, as the API gateway and the product behind it.

Order: path, method, faults that refuse, access token, body, the product, faults that spoil the
answer. Every request is recorded with its answer; secrets are not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from emulators.daraja.apis import APIS, Api
from emulators.daraja.journal import without_secrets
from emulators.daraja.oauth import issue_token, token_lives
from emulators.daraja.plan import AnswerPlan, Plan
from emulators.daraja.wire import (
    Answer,
    Body,
    RefusedError,
    accepted,
    envelope_a,
    envelope_b,
    firewall,
)
from emulators.daraja.world import World

MAX_LOGGED_BODY = 64 * 1024
OAUTH_PATH = "/oauth/v1/generate"
_PHONE_FIELDS = ("PhoneNumber", "Msisdn", "PartyB")
_REFERENCE_FIELDS = ("AccountReference", "BillRefNumber", "TransactionID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request, parsed no further than the socket needs."""

    method: str
    path: str
    query: Mapping[str, str]
    authorization: str | None
    content_type: str
    body: bytes


def handle(world: World, request: Request) -> Answer:
    """Answer the request and record it."""
    api = APIS.get(request.path)
    name = "oauth" if request.path == OAUTH_PATH else api.name if api else "unknown"
    body = _lenient(request)
    record = world.journal.request(
        api=name,
        method=request.method,
        path=request.path,
        at_ms=world.now_ms,
        body=_kept(request, body),
    )
    answer = _answer(world, request, name, api, body)
    record["answer"] = None if answer.drop else {"status": answer.status, "body": _shown(answer)}
    record["accepted"] = answer.accepted
    record["dropped"] = answer.drop
    world.event("request", request=record["number"], api=name, accepted=answer.accepted)
    return answer


def _answer(
    world: World, request: Request, name: str, api: Api | None, body: Body | None
) -> Answer:
    try:
        if name == "unknown":
            raise RefusedError(404, "404.001.01", "Resource not found")
        _check_method(request, api)
        scenario = world.scenarios.find(
            name, _first(body, _PHONE_FIELDS), _first(body, _REFERENCE_FIELDS)
        )
        plan = scenario.plan if scenario else Plan()
        if scenario and plan.answer.refuses:
            world.scenarios.spend(scenario)
            if plan.answer.token_expired:
                world.tokens.clear()
            else:
                return _refusal(plan.answer)
        answer = _product(world, request, api, body, plan)
    except RefusedError as refused:
        return envelope_a(world.ids.request(), refused)
    if scenario and answer.accepted:
        world.scenarios.spend(scenario)
        answer = _spoil(answer, plan)
    return answer


def _check_method(request: Request, api: Api | None) -> None:
    methods = api.methods if api else ("GET",)
    if request.method in methods:
        return
    if api is not None and api.wrong_method_is_405:
        raise RefusedError(405, "405.001", "Method Not Allowed")
    raise RefusedError(404, "404.001.04", "Invalid Authentication Header")


def _product(
    world: World, request: Request, api: Api | None, body: Body | None, plan: Plan
) -> Answer:
    if api is None:
        return issue_token(world, request.authorization, request.query.get("grant_type"))
    _authorize(world, request.authorization, api)
    if body is None:
        raise RefusedError(400, "400.002.05", "Invalid Request Payload")
    return api.handle(world, body, plan)


def _authorize(world: World, authorization: str | None, api: Api) -> None:
    if authorization is None:
        raise RefusedError(404, "404.001.04", "Invalid Authentication Header")
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer" or not token_lives(world, token):
        status, code = api.bad_token
        raise RefusedError(status, code, "Invalid Access Token")


def _refusal(plan: AnswerPlan) -> Answer:
    if plan.drop_unprocessed:
        return Answer(text="", drop=True)
    if plan.gateway_fault is not None:
        fault = plan.gateway_fault
        return envelope_b(fault.status, fault.fault, fault.code)
    if plan.firewall_status is not None:
        return firewall(plan.firewall_status)
    if plan.failure is not None:
        raise RefusedError(plan.failure.status, plan.failure.code, plan.failure.message)
    rejected = {
        "MerchantRequestID": "",
        "CheckoutRequestID": "",
        "ResponseCode": plan.response_code,
        "ResponseDescription": "The service request has failed.",
        "CustomerMessage": "The service request has failed.",
    }
    return replace(accepted(rejected), accepted=False)


def _spoil(answer: Answer, plan: Plan) -> Answer:
    awaits = None
    if plan.notify.before_response:
        awaits = str(json.loads(answer.text).get("CheckoutRequestID", ""))
    return replace(
        answer,
        drop=answer.drop or plan.answer.drop,
        hold_ms=plan.answer.hold_ms,
        then_first=bool(awaits or plan.answer.hold_ms),
        awaits=awaits,
    )


def _lenient(request: Request) -> Body | None:
    """The JSON object in the body; {} for a body that is not declared as JSON; None for junk."""
    if "json" not in request.content_type.lower():
        return {}
    try:
        parsed = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _first(body: Body | None, fields: tuple[str, ...]) -> str | None:
    return next((str(body[field]) for field in fields if body and field in body), None)


def _kept(request: Request, body: Body | None) -> object:
    if len(request.body) > MAX_LOGGED_BODY:
        return f"({len(request.body)} bytes)"
    return without_secrets(body)


def _shown(answer: Answer) -> object:
    if answer.content_type != "application/json":
        return answer.text
    return without_secrets(json.loads(answer.text))
