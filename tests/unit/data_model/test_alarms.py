"""Every alarm that the code can raise stands in the runbook, and the runbook names no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = ROOT / "functions" / "lipamita"
RUNBOOK = ROOT / "docs" / "operations.md"
FIRST_CELL = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
MAX_DEPTH = 4
Given = tuple[ast.expr, ast.FunctionDef]
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE.rglob("*.py")}


@dataclass(frozen=True)
class Passed:
    """An expression that is given as an alarm's kind, and the function and module around it."""

    node: ast.expr
    within: ast.FunctionDef
    module: ast.Module


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


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.FunctionDef]]:
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
                yield from (Passed(kind, function, tree) for kind in kinds)


def meanings(passed: Passed, depth: int = 0) -> set[str]:
    """The texts an expression can be: a literal, a constant, or what callers pass."""
    node, function, texts = passed.node, passed.within, constants()
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        either = (replace(passed, node=one) for one in (node.body, node.orelse))
        return set().union(*(meanings(one, depth) for one in either))
    assert isinstance(node, ast.Name), f"an alarm's kind must be a word: {ast.dump(node)}"
    if node.id in texts:
        return {texts[node.id]}
    assert depth < MAX_DEPTH, f"nobody knows what {node.id} is"
    given = [*_assigned(node.id, function), *_arguments(node.id, function, passed.module)]
    assert given, f"nobody knows what {node.id} is"
    return set().union(
        *(meanings(Passed(value, within, passed.module), depth + 1) for value, within in given)
    )


def _assigned(name: str, function: ast.FunctionDef) -> Iterator[Given]:
    for one in ast.walk(function):
        if isinstance(one, ast.Assign):
            names = [to.id for to in one.targets if isinstance(to, ast.Name)]
            if name in names:
                yield one.value, function


def _arguments(name: str, function: ast.FunctionDef, module: ast.Module) -> Iterator[Given]:
    """What the module's own calls give for that argument."""
    places = [argument.arg for argument in function.args.args]
    if name not in places:
        return
    for call, caller in calls(module):
        if named(call) == function.name:
            if len(call.args) > places.index(name):
                yield call.args[places.index(name)], caller
            yield from ((word.value, caller) for word in call.keywords if word.arg == name)


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
