from __future__ import annotations

from typing import Any

from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.hash import node_hash
from emulators.rtdb.tree.node import children, put


def made(value: Any) -> Any:
    return parse(value, existing=None, now_ms=0, depth=0, bounds=Bounds())


def test_hashes_equal_those_of_the_javascript_sdk() -> None:
    """Vectors of firebase-js-sdk packages/database/test/node.test.ts."""
    value = {"intNode": 4, "doubleNode": 4.5623, "stringNode": "hey guys", "boolNode": True}
    node = made(value)
    assert {key: node_hash(child) for key, child in children(node).items()} == {
        "intNode": "eVih19a6ZDz3NL32uVBtg9KSgQY=",
        "doubleNode": "vf1CL0tIRwXXunHcG/irRECk3lY=",
        "stringNode": "CUNLXWpCVoJE6z7z1vE57lGaKAU=",
        "boolNode": "E5z61QM0lN/U2WsOnusszCTkR8M=",
    }
    assert node_hash(node) == "6Mc4jFmNdrLVIlJJjz2/MakTK9I="


def test_no_node_has_the_empty_hash() -> None:
    assert node_hash(None) == ""


def test_priorities_and_their_order_are_part_of_the_hash() -> None:
    plain = node_hash(made({"a": 1, "b": 2}))
    ordered = node_hash(
        made({"a": {".value": 1, ".priority": 2}, "b": {".value": 2, ".priority": 1}})
    )
    assert plain != ordered


def test_a_write_leaves_the_hashes_of_untouched_nodes_in_place() -> None:
    tree = made({"kept": {"x": 1}, "other": {"y": 2}})
    node_hash(tree)
    after = put(tree, ("other", "y"), made(3))
    assert children(after)["kept"].hash is not None
    assert after is not None
    assert after.hash is None


def test_lone_surrogates_hash() -> None:
    assert len(node_hash(made("\ud800"))) == 28
