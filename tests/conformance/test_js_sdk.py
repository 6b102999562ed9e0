"""The Firebase JS SDK in Node, unmodified, over WebSocket protocol version 5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.npm

CHECKS = [
    "set, get, update, push, remove",
    "value listener sees every change of others and of its own",
    "child listeners tell added, changed, moved, removed",
    "queries in every order with every bound",
    "a window follows what enters and leaves it",
    "an unindexed get fails and an unindexed listen warns",
    "transactions of three clients lose nothing",
    "a transaction reruns on newer data and can abort",
    "server timestamps and increments",
    "priorities are kept, written alone, and ordered by",
    ".info tells connection and clock",
    "writes on disconnect are made, and cancelled ones are not",
    "writes on disconnect are made with the client's credentials",
    "rules refuse writes, reads, gets and listens with permission_denied",
    "a listen is revoked when data or rules take the permission",
    "an expired token makes the client sign in again",
    "messages far larger than a frame pass both ways",
    "a reconnecting client whose data is current is sent nothing",
    "a client comes back by itself after its connection was cut",
    "hashes of all kinds of values agree with the SDK's",
    "three clients converge whatever they write at once",
]


@pytest.mark.parametrize("name", CHECKS)
def test_js_sdk(node_results: Callable[[str], dict[str, Any]], name: str) -> None:
    result = node_results("js_sdk.mjs")[name]
    assert result["ok"], result.get("error")


def test_every_check_of_the_script_is_listed(
    node_results: Callable[[str], dict[str, Any]],
) -> None:
    assert set(node_results("js_sdk.mjs")) == set(CHECKS)
