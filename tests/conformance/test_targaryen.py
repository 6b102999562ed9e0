"""Our rules engine against npm's targaryen on random rules: they agree on what is refused at
upload and on what is allowed, but for targaryen's known mistakes, which are named here.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import pytest

from emulators.rtdb.core.write import apply, merge, replace
from emulators.rtdb.rules.decision import Asker, may_read, may_write
from emulators.rtdb.rules.errors import RulesRejectedError
from emulators.rtdb.rules.tree import compile_rules
from emulators.rtdb.tree.from_json import Bounds, parse
from emulators.rtdb.tree.node import Leaf, get
from emulators.rtdb.tree.path import parse_path
from tests.conformance.rule_cases import NOW_MS, Case, make_case

pytestmark = pytest.mark.npm

HERE = Path(__file__).resolve().parent
CASES = 2500
SEED = 2026
# A length of null or an object is an error to us, null to targaryen; stored objects are equal by
# content to us, by identity to targaryen. Nothing is known of the service in either case.
UNSETTLED = re.compile(r"(auth\.[a-z]+|val\(\))\.length|val\(\) [!=]==? [A-Za-z.()'/$]*val\(\)")


def ours(case: Case) -> tuple[bool, bool]:
    """Whether the rules are valid, and whether the request is allowed."""
    try:
        rules = compile_rules(json.dumps(case.rules))
    except RulesRejectedError:
        return False, False
    tree = parse(case.data, existing=None, now_ms=NOW_MS, depth=0, bounds=Bounds())
    path, asker = parse_path(case.path), Asker(auth=case.auth, now_ms=NOW_MS)
    if case.operation == "read":
        return True, may_read(rules, path, tree=tree, asker=asker).allowed
    write = merge(path, case.value) if case.operation == "update" else replace(path, case.value)
    done = apply(write, tree, NOW_MS, Bounds())
    verdict = may_write(rules, done.paths, before=done.before, after=done.after, asker=asker)
    return True, verdict.allowed


def erases_below_leaf(case: Case) -> bool:
    """Nothing written below a leaf leaves the leaf; targaryen loses it."""
    tree = parse(case.data, existing=None, now_ms=NOW_MS, depth=0, bounds=Bounds())
    values = case.value if case.operation == "update" else {"": case.value}
    for key, value in values.items():
        path = parse_path(f"{case.path}/{key}")
        new = parse(value, existing=None, now_ms=NOW_MS, depth=0, bounds=Bounds())
        above = [get(tree, path[:depth]) for depth in range(len(path))]
        if new is None and any(isinstance(node, Leaf) for node in above):
            return True
    return False


def theirs(cases: list[Case]) -> list[dict[str, Any]]:
    if not (HERE / "node_modules" / "targaryen").is_dir():
        pytest.fail("npm packages are missing: run `make setup` (npm ci in tests/conformance)")
    asked = json.dumps([asdict(case) | {"now": NOW_MS} for case in cases])
    done = subprocess.run(
        ["node", "targaryen.cjs"],
        cwd=HERE,
        input=asked,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_random_rules_are_judged_alike() -> None:
    random = Random(SEED)
    cases = [make_case(random) for _ in range(CASES)]
    disagreements = []
    judged = 0
    for case, verdict in zip(cases, theirs(cases), strict=True):
        valid, allowed = ours(case)
        if valid and verdict["valid"]:
            judged += 1
        agreed = (valid, allowed) == (verdict["valid"], bool(verdict.get("allowed")))
        if not agreed and not UNSETTLED.search(str(case.rules)) and not erases_below_leaf(case):
            disagreements.append((case, (valid, allowed), verdict))
    assert judged > CASES / 3
    assert disagreements == [], f"{len(disagreements)} of {CASES}, first: {disagreements[0]}"
