"""Why a rule did not hold: the value of each part of its expression, for people and tests."""

from __future__ import annotations

from typing import Any

from emulators.rtdb.rules.context import Context
from emulators.rtdb.rules.decision import Finding
from emulators.rtdb.rules.errors import EvaluationError
from emulators.rtdb.rules.evaluate import compile_expression, describe
from emulators.rtdb.rules.snapshot import Snapshot
from emulators.rtdb.rules.syntax import (
    Array,
    Binary,
    Call,
    Expression,
    Literal,
    Lookup,
    Member,
    Regex,
    Unary,
    Variable,
    parts,
)
from emulators.rtdb.tree.path import show

MAX_VALUES = 60


def explain(finding: Finding) -> dict[str, Any]:
    """One refusing rule as JSON: its kind, place, line, text, outcome and the values it saw."""
    rule, context = finding.rule, finding.context
    return {
        "rule": f".{rule.kind}",
        "place": show(rule.place),
        "path": show(context.data.path),
        "line": rule.line,
        "column": rule.column,
        "expression": rule.text,
        "result": _outcome(rule.expression, context),
        "values": _values(rule.expression, context),
    }


def _values(expression: Expression, context: Context) -> dict[str, str]:
    values: dict[str, str] = {}
    waiting = [expression]
    while waiting and len(values) < MAX_VALUES:
        part = waiting.pop()
        waiting.extend(reversed(parts(part)))
        if not isinstance(part, (Literal, Regex, Array)):
            text, outcome = written(part), _outcome(part, context)
            if outcome is not None:
                values[text] = outcome
    return values


def _outcome(expression: Expression, context: Context) -> str | None:
    try:
        value = compile_expression(expression)(context)
    except (EvaluationError, OverflowError) as error:
        return f"error: {error}"
    return None if isinstance(value, Snapshot) else describe(value)


def written(expression: Expression) -> str:
    """The expression as text, in one normal form."""
    match expression:
        case Literal(value=value):
            return describe(value)
        case Regex(pattern=pattern, ignore_case=ignore_case):
            return f"/{pattern}/{'i' if ignore_case else ''}"
        case Variable(name=name):
            return name
        case Member(object=inner, name=name):
            return f"{written(inner)}.{name}"
        case Lookup(object=inner, key=key):
            return f"{written(inner)}[{written(key)}]"
        case Call(object=inner, method=method, arguments=arguments):
            return f"{written(inner)}.{method}({', '.join(map(written, arguments))})"
        case Unary(operator=operator, operand=operand):
            return f"{operator}{_enclosed(operand)}"
        case Binary(operator=operator, left=left, right=right):
            return f"{_enclosed(left)} {operator} {_enclosed(right)}"
        case Array(items=items):
            return f"[{', '.join(map(written, items))}]"
        case _:
            return _written_choice(expression)


def _written_choice(expression: Expression) -> str:
    inner = [_enclosed(part) for part in parts(expression)]
    operator = getattr(expression, "operator", None)
    return f" {operator} ".join(inner) if operator else f"{inner[0]} ? {inner[1]} : {inner[2]}"


def _enclosed(expression: Expression) -> str:
    simple = isinstance(expression, (Literal, Variable, Member, Call, Lookup, Regex, Array))
    return written(expression) if simple else f"({written(expression)})"
