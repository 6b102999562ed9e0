"""The products by path: which method, what a bad token is called there, who answers."""

from collections.abc import Callable
from dataclasses import dataclass

from emulators.daraja import stk_push, stk_query
from emulators.daraja.plan import Plan
from emulators.daraja.wire import Answer, Body
from emulators.daraja.world import World

_STK_TOKEN = (404, "404.001.03")
_C2B_TOKEN = (400, "400.003.01")
_BALANCE_TOKEN = (401, "401.002.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """One product of Daraja."""

    name: str
    handle: Callable[[World, Body, Plan], Answer]
    bad_token: tuple[int, str] = _STK_TOKEN
    methods: tuple[str, ...] = ("POST",)
    wrong_method_is_405: bool = False


APIS: dict[str, Api] = {
    "/mpesa/stkpush/v1/processrequest": Api(
        name="stk_push", handle=stk_push.process_request, wrong_method_is_405=True
    ),
    "/mpesa/stkpushquery/v1/query": Api(
        name="stk_query", handle=stk_query.query, wrong_method_is_405=True
    ),
}
