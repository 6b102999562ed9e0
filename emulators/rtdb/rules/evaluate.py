"""Expressions compiled to closures: parsed once, run for every request.

Run-time errors raise EvaluationError, which makes the whole rule false wherever it happens.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Mapping
from typing import Any

from emulators.rtdb.rules.context import Context
from emulators.rtdb.rules.errors import EvaluationError
from emulators.rtdb.rules.methods import call_snapshot, call_string, keys_of
from emulators.rtdb.rules.numbers import add, arithmetic
from emulators.rtdb.rules.regex import searcher
from emulators.rtdb.rules.snapshot import Snapshot
from emulators.rtdb.rules.syntax import (
    Array,
    Binary,
    Call,
    Conditional,
    Expression,
    Literal,
    Logical,
    Lookup,
    Member,
    Regex,
    Unary,
    Variable,
)
from emulators.rtdb.tree.node import Branch, same

Run = Callable[[Context], Any]

_VARIABLES: dict[str, Run] = {
    "auth": lambda context: context.auth,
    "now": lambda context: context.now_ms,
    "root": lambda context: context.root,
    "data": lambda context: context.data,
    "newData": lambda context: context.new_data,
    "query": lambda context: context.query,
}
_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def compile_expression(expression: Expression) -> Run:  # noqa: C901  (one case per node)
    """A function from a context to the expression's value; the expression must be well typed."""
    match expression:
        case Literal(value=value):
            return lambda _context: value
        case Variable(name=name):
            return _VARIABLES.get(name) or (lambda context: context.captures[name])
        case Member(name=name):
            return _member(compile_expression(expression.object), name)
        case Lookup():
            return _lookup(expression)
        case Call():
            return _call(expression)
        case Unary():
            return _unary(expression)
        case Binary():
            return _binary(expression)
        case Logical():
            return _logical(expression)
        case Conditional():
            return _conditional(expression)
        case Regex() | Array():
            raise AssertionError("only an argument of a method")


def _member(owner: Run, name: str) -> Run:
    def run(context: Context) -> Any:
        value = owner(context)
        if isinstance(value, Mapping):
            return value.get(name)
        if name == "length":
            if not isinstance(value, str):
                raise EvaluationError(f"length of {describe(value)}")
            return len(value) if value.isascii() else len(value.encode("utf-16-le", "replace")) // 2
        return None

    return run


def _lookup(expression: Lookup) -> Run:
    owner, key = compile_expression(expression.object), compile_expression(expression.key)

    def run(context: Context) -> Any:
        value, name = owner(context), key(context)
        if not isinstance(name, str):
            raise EvaluationError(f"index is {describe(name)}, not a string")
        return value.get(name) if isinstance(value, Mapping) else None

    return run


def _call(expression: Call) -> Run:
    owner, method = compile_expression(expression.object), expression.method
    if method == "matches":
        pattern = expression.arguments[0]
        assert isinstance(pattern, Regex)
        found = searcher(pattern.pattern, pattern.ignore_case)
        return lambda context: found(_text(owner(context), method))
    if method == "hasChildren":
        return _has_children(owner, expression)
    arguments = [compile_expression(argument) for argument in expression.arguments]

    def run(context: Context) -> Any:
        value = owner(context)
        given = [argument(context) for argument in arguments]
        if isinstance(value, Snapshot):
            return call_snapshot(value, method, given)
        return call_string(_text(value, method), method, [_text(one, method) for one in given])

    return run


def _has_children(owner: Run, expression: Call) -> Run:
    if not expression.arguments:
        return lambda context: owner(context).has_children()
    listed = expression.arguments[0]
    assert isinstance(listed, Array)
    items = [compile_expression(item) for item in listed.items]

    def run(context: Context) -> bool:
        snapshot = owner(context)
        paths = [keys_of(item(context)) for item in items]
        return all(snapshot.has_child(path) for path in paths)

    return run


def _unary(expression: Unary) -> Run:
    operand = compile_expression(expression.operand)
    if expression.operator == "!":
        return lambda context: not operand(context)
    return lambda context: arithmetic("-", 0, operand(context))


def _binary(expression: Binary) -> Run:
    sign = expression.operator
    left, right = compile_expression(expression.left), compile_expression(expression.right)
    if sign in ("==", "==="):
        return lambda context: equal(left(context), right(context))
    if sign in ("!=", "!=="):
        return lambda context: not equal(left(context), right(context))
    if sign in _RELATIONS:
        compare = _RELATIONS[sign]
        return lambda context: _related(compare, sign, left(context), right(context))
    if sign == "+":
        return lambda context: add(left(context), right(context))
    return lambda context: arithmetic(sign, left(context), right(context))


def _logical(expression: Logical) -> Run:
    runs = [compile_expression(operand) for operand in expression.operands]
    if expression.operator == "&&":
        return lambda context: all(run(context) for run in runs)
    return lambda context: any(run(context) for run in runs)


def _conditional(expression: Conditional) -> Run:
    test = compile_expression(expression.test)
    yes, no = compile_expression(expression.yes), compile_expression(expression.no)
    return lambda context: yes(context) if test(context) else no(context)


def equal(left: Any, right: Any) -> bool:
    """Strict equality: different types are unequal, stored objects compare by content."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Branch) and isinstance(right, Branch):
        return same(left, right)
    return bool(left == right)


def _related(compare: Callable[[Any, Any], bool], sign: str, left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return compare(
            left.encode("utf-16-be", "surrogatepass"), right.encode("utf-16-be", "surrogatepass")
        )
    if _is_number(left) and _is_number(right):
        return compare(left, right)
    if left is None and right is None:
        return sign in ("<=", ">=")
    raise EvaluationError(f"{describe(left)} {sign} {describe(right)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value: Any, method: str) -> str:
    if not isinstance(value, str):
        raise EvaluationError(f"{method}() on {describe(value)}, expected a string")
    return value


def describe(value: Any) -> str:
    """A short name of a run-time value, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        shown = repr(value)
        return shown if len(shown) <= 80 else shown[:77] + "..."
    if isinstance(value, Snapshot):
        return "/" + "/".join(value.path)
    return "an object"
