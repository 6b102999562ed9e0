"""Every alarm that the code can raise stands in the runbook, and the runbook names no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = ROOT / "functions" / "lipamita"
RUNBOOK = ROOT / "docs" / "operations.md"
FIRST_CELL = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE.rglob("*.py")}


@dataclass(frozen=True)
class Passed:
    """An expression that is given as an alarm's kind, and the function it stands in, if any."""

    node: ast.expr
    within: ast.FunctionDef | None


def constants() -> dict[str, str]:
    """NAME = "text" of all modules; a name must not mean two things."""
    found: dict[str, str] = {}
    for tree in TREES.values():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                        found.setdefault(target.id, node.value.value)
    return found


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    yield node, function


def named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def kinds_passed() -> Iterator[Passed]:
    for tree in TREES.values():
        for call, function in calls(tree):
            if named(call) == "Alarm":
                kinds = [word.value for word in call.keywords if word.arg == "kind"]
                yield from (Passed(kind, function) for kind in kinds)


def meanings(passed: Passed, depth: int = 0) -> set[str]:
    """The texts an expression can be: a literal, a constant, or what callers pass."""
    node, texts = passed.node, constants()
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return meanings(Passed(node.body, passed.within)) | meanings(
            Passed(node.orelse, passed.within)
        )
    assert isinstance(node, ast.Name), f"an alarm's kind must be a word: {ast.dump(node)}"
    if node.id in texts:
        return {texts[node.id]}
    function = passed.within
    assert function is not None
    assigned = [
        one.value
        for one in ast.walk(function)
        if isinstance(one, ast.Assign)
        and any(isinstance(to, ast.Name) and to.id == node.id for to in one.targets)
    ]
    if assigned:
        return set().union(*(meanings(Passed(value, function)) for value in assigned))
    assert depth < 3, f"nobody knows what {node.id} is"
    names = [argument.arg for argument in function.args.args]
    place = names.index(node.id)
    found: set[str] = set()
    for tree in TREES.values():
        for call, caller in calls(tree):
            if named(call) == function.name and len(call.args) > place:
                found |= meanings(Passed(call.args[place], caller), depth + 1)
    return found


def documented() -> set[str]:
    text = RUNBOOK.read_text(encoding="utf-8")
    section = text[text.index("## Alarms") : text.index("## Notices")]
    return set(FIRST_CELL.findall(section))


def test_the_runbook_names_exactly_the_alarms_that_can_be_raised() -> None:
    raised = set().union(*(meanings(passed) for passed in kinds_passed()))
    assert raised == documented()


def test_the_search_finds_alarms_however_they_are_named() -> None:
    raised = set().union(*(meanings(passed) for passed in kinds_passed()))
    assert {
        "forged_callback",  # a literal
        "notice_given_up",  # a constant
        "spike_arrest",  # one of two
        "unknown_result_code",  # given by a caller
    } <= raised
