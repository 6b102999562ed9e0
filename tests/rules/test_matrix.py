"""A long random walk of roles x paths x operations x values, judged by the reference predicate.

Each walk starts from the world and goes on from what was allowed, so that states no table thought
of are tried too; at its end the database must hold exactly what the predicate says was written.
RULES_WALKS multiplies the number of walks.
"""

import os
import random
from collections.abc import Mapping
from typing import Any

import pytest

from tests.rules.database import Request, RulesDatabase, delete, get, patch, put
from tests.rules.identities import DEVICE, EVERYONE, OTHER_DEVICE, OWNER, Identity
from tests.rules.reference import Tree, at, may_read, may_write, normal, written
from tests.rules.world import COMMAND, EARLIER, LATER, WAITING, world
from tools.data_model import leaves

WALKS = 12 * int(os.environ.get("RULES_WALKS", "1"))
STEPS = 350
SALE_EVERY = 25
LEAST_ALLOWED = 0.05

METER = "meters/MTR-001"
REGISTER = "meter_registers/MTR-001"
OPERATIONS = {"get": 2, "put": 5, "delete": 1, "patch": 2, "report": 6, "acknowledge": 4}
INVENTED = [
    f"{METER}/alerts/new",
    f"{METER}/alerts/new/kind",
    f"{METER}/alerts/new/cleared_at",
    f"{METER}/alerts/srv-2",
    f"{METER}/alerts/a1/cleared_at",
    f"{METER}/pending_recharge/{WAITING}/balance_after",
    f"{METER}/pending_recharge/{LATER}/processed_at",
    f"{METER}/pending_recharge/-Omade-up/processed",
    f"{METER}/commands/{COMMAND}/done_at",
    f"{METER}/commands/{COMMAND}/result",
    f"{METER}/current_balance/below",
    f"{METER}/unknown",
    "meters/MTR-002/sequence",
    "meters/MTR-002/current_balance",
    "meters/MTR-003/consumption_rate",
    "meters/MTR-404/owner_uid",
    "users/tenant-amina/notifications/offline",
    "users/tenant-amina/notifications/gossip",
    "users/just-signed-up/name",
    "consumption_history/MTR-001/2025-06-15/10",
    "consumption_history/MTR-001/2025-06-15/24",
    "consumption_history/MTR-003/2025-06-15/08",
    "transactions/-Omade-up/status",
    "tariffs/free/name",
    "not_in_the_model",
]
VALUES: list[Any] = [
    None,
    True,
    False,
    -1,
    0,
    1,
    2,
    3,
    4,
    1.5,
    310,
    900,
    9500,
    10500,
    20000,
    30000,
    30001,
    EARLIER,
    EARLIER + 1,
    "",
    "x",
    "on",
    "off",
    "ready",
    "connected",
    "en",
    "ok",
    "low_credit",
    "x" * 33,
    "x" * 201,
    " padded ",
    [1, 2],
    {"kind": "tamper", "raised_at": EARLIER},
    {"kind": "tamper", "raised_at": EARLIER, "value": 1, "cleared_at": EARLIER},
    {"payment": True},
    {"below": 1},
]


def _all_paths() -> list[str]:
    paths = {path for path, _ in leaves(normal(world()))} | set(INVENTED)
    for path in list(paths):
        keys = path.split("/")
        paths |= {"/".join(keys[:length]) for length in range(1, len(keys))}
    return sorted(paths)


PATHS = _all_paths()
OFTEN = [p for p in PATHS if p.startswith((f"{METER}/", "users/tenant-amina/"))]
WEIGHTED = [*EVERYONE, *[DEVICE] * 12, *[OWNER] * 3, OTHER_DEVICE]


class Walk:
    """Makes the next request from the tree as it is, sometimes fit and sometimes not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def step(self, tree: Tree) -> tuple[Identity, Request, Mapping[str, Any]]:
        """The caller, the request, and its writes as absolute paths (none for a read)."""
        draw = self.random
        identity = draw.choice(WEIGHTED)
        kind = draw.choices(list(OPERATIONS), list(OPERATIONS.values()))[0]
        if kind in {"report", "acknowledge"} and draw.random() < 0.6:
            identity = DEVICE
        path = draw.choice(OFTEN if draw.random() < 0.7 else PATHS)
        if kind == "get":
            return identity, get(path), {}
        if kind == "delete":
            return identity, delete(path), {path: None}
        if kind == "put":
            value = self._value(tree, path)
            return identity, put(path, value), {path: value}
        body = self._body(kind, tree)
        return identity, patch(METER, body), {f"{METER}/{key}": body[key] for key in body}

    def _value(self, tree: Tree, path: str) -> Any:
        now = at(tree, *path.split("/"))
        near: list[Any] = [now]
        if isinstance(now, int) and not isinstance(now, bool):
            near += [now + 1, now - 1, now + 100]
        return self.random.choice(near if self.random.random() < 0.4 else VALUES)

    def _body(self, kind: str, tree: Tree) -> dict[str, Any]:
        body = self._report(tree) if kind != "acknowledge" or self.random.random() < 0.3 else {}
        if kind == "acknowledge":
            queue = at(tree, *METER.split("/"), "pending_recharge")
            for entry in self.random.sample(sorted(queue), self.random.choice([1, 1, 2])):
                body |= self._acknowledgement(entry)
        if kind == "patch":
            for path in self.random.sample(OFTEN, self.random.choice([0, 1, 2])):
                if path.startswith(f"{METER}/"):
                    body[path.removeprefix(f"{METER}/")] = self._value(tree, path)
        return _without_overlaps(body)

    def _report(self, tree: Tree) -> dict[str, Any]:
        meter, sold = at(tree, *METER.split("/")), at(tree, *REGISTER.split("/"))
        draw = self.random
        credited = draw.randint(at(meter, "credited_total"), at(sold, "credited_total_wh"))
        withdrawn = draw.choice([at(meter, "withdrawn_total"), at(sold, "withdrawn_total_wh")])
        consumed = at(meter, "energy_consumed_total") + draw.choice([0, 1, 40, 900])
        body = {
            "credited_total": credited,
            "withdrawn_total": withdrawn,
            "energy_consumed_total": consumed,
            "current_balance": credited - withdrawn - consumed,
            "sequence": draw.randint(at(meter, "sequence"), at(sold, "sequence")),
            "status/last_seen": EARLIER + draw.randrange(1000),
        }
        if draw.random() < 0.4:
            spoilt = draw.choice(list(body))
            body[spoilt] = draw.choice([body[spoilt] + 1, body[spoilt] - 1, 10**9, 0, None])
        left_out = draw.sample(list(body), draw.choice([0, 0, 0, 1, 3]))
        return {key: value for key, value in body.items() if key not in left_out}

    def _acknowledgement(self, entry: str) -> dict[str, Any]:
        draw = self.random
        fields = {
            "processed": draw.choice([True, True, True, False]),
            "processed_at": EARLIER + draw.randrange(1000),
            "balance_after": draw.choice([0, 500, 9999, 30000, -1]),
            "amount": 1,
        }
        left_out = draw.choices([[], ["processed"], ["balance_after"]], [6, 1, 1])[0]
        if draw.random() < 0.9:
            left_out = [*left_out, "amount"]
        return {
            f"pending_recharge/{entry}/{key}": value
            for key, value in fields.items()
            if key not in left_out
        }


def _sale(tree: Tree, number: int) -> dict[str, Any]:
    """The server sells 10,000 Wh more, and takes 100 back."""
    register = at(tree, *REGISTER.split("/"))
    sequence, total = register["sequence"] + 1, register["credited_total_wh"] + 10000
    entry = {"sequence": sequence, "credited_total_wh": total, "processed": False}
    return {
        f"{REGISTER}/sequence": sequence,
        f"{REGISTER}/credited_total_wh": total,
        f"{REGISTER}/withdrawn_total_wh": register["withdrawn_total_wh"] + 100,
        f"{METER}/pending_recharge/-Owalk{number:015d}": entry,
    }


def _without_overlaps(body: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in body.items()
        if not any(other != key and key.startswith(f"{other}/") for other in body)
    }


@pytest.mark.parametrize("seed", range(WALKS))
def test_the_database_agrees_with_the_reference(database: RulesDatabase, seed: int) -> None:
    walk, tree, allowed_writes = Walk(seed), normal(world()), 0
    for number in range(STEPS):
        if number % SALE_EVERY == 0:
            sale = _sale(tree, number)
            database.go_on(sale)
            tree = written(tree, sale)
        identity, request, writes = walk.step(tree)
        if request.method == "GET":
            expected = may_read(identity, tree, request.path)
        else:
            expected = may_write(identity, tree, writes)
        assert database.judge(identity, request, allowed=expected) == [], f"step {number}"
        if expected and writes:
            tree = written(tree, writes)
            allowed_writes += 1
    assert normal(database.tree()) == tree
    assert allowed_writes > STEPS * LEAST_ALLOWED
