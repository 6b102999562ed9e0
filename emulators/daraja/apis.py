"""The products by path: which method, what a bad token is called there, who answers."""

from collections.abc import Callable
from dataclasses import dataclass

from emulators.daraja import (
    b2c,
    c2b_requests,
    lookups,
    pull,
    qr_code,
    reversal,
    stk_push,
    stk_query,
)
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
    "/mpesa/c2b/v1/registerurl": Api(
        name="c2b_register", handle=c2b_requests.register(1), bad_token=_C2B_TOKEN
    ),
    "/mpesa/c2b/v2/registerurl": Api(
        name="c2b_register", handle=c2b_requests.register(2), bad_token=_C2B_TOKEN
    ),
    "/mpesa/c2b/v1/simulate": Api(
        name="c2b_simulate", handle=c2b_requests.simulate, bad_token=_C2B_TOKEN
    ),
    "/mpesa/c2b/v2/simulate": Api(
        name="c2b_simulate", handle=c2b_requests.simulate, bad_token=_C2B_TOKEN
    ),
    "/pulltransactions/v1/register": Api(
        name="pull_register", handle=pull.register, bad_token=_C2B_TOKEN
    ),
    "/pulltransactions/v1/query": Api(
        name="pull_query", handle=pull.query, bad_token=_C2B_TOKEN, methods=("POST", "GET")
    ),
    "/mpesa/b2c/v1/paymentrequest": Api(name="b2c", handle=b2c.payment_request(1)),
    "/mpesa/b2c/v3/paymentrequest": Api(name="b2c", handle=b2c.payment_request(3)),
    "/mpesa/reversal/v1/request": Api(name="reversal", handle=reversal.request),
    "/mpesa/transactionstatus/v1/query": Api(
        name="transaction_status", handle=lookups.transaction_status, bad_token=_C2B_TOKEN
    ),
    "/mpesa/accountbalance/v1/query": Api(
        name="account_balance",
        handle=lookups.account_balance,
        bad_token=_BALANCE_TOKEN,
        wrong_method_is_405=True,
    ),
    "/mpesa/qrcode/v1/generate": Api(name="qr_code", handle=qr_code.generate),
}
