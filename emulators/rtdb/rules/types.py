"""The static types of rule expressions: what can be refused at upload is refused there.

ANY (parts of `auth`) and SCALAR (stored values) are only known when the rule runs.
https://firebase.google.com/docs/reference/security/database
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from emulators.rtdb.rules.errors import RulesSyntaxError
from emulators.rtdb.rules.regex import check_regex
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


class Type(Enum):
    """What an expression can be."""

    ANY = auto()
    SCALAR = auto()
    STRING = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    NULL = auto()
    SNAPSHOT = auto()
    QUERY = auto()
    REGEX = auto()
    ARRAY = auto()


T = Type
Scope = Mapping[str, Type]

_OPEN = frozenset({T.ANY, T.SCALAR})
_EQUALITY = _OPEN | {T.STRING, T.NUMBER, T.BOOLEAN, T.NULL}
_RELATION = _OPEN | {T.STRING, T.NUMBER, T.NULL}
_ADDITION = _OPEN | {T.STRING, T.NUMBER}
_ARITHMETIC = _OPEN | {T.NUMBER}
_TEXT = _OPEN | {T.STRING}

_QUERY_MEMBERS = {
    "orderByKey": T.BOOLEAN,
    "orderByPriority": T.BOOLEAN,
    "orderByValue": T.BOOLEAN,
    "orderByChild": T.SCALAR,
    "startAt": T.SCALAR,
    "endAt": T.SCALAR,
    "equalTo": T.SCALAR,
    "limitToFirst": T.SCALAR,
    "limitToLast": T.SCALAR,
}
_STRING_METHODS: dict[str, tuple[tuple[Type, ...], Type]] = {
    "contains": ((T.STRING,), T.BOOLEAN),
    "beginsWith": ((T.STRING,), T.BOOLEAN),
    "endsWith": ((T.STRING,), T.BOOLEAN),
    "replace": ((T.STRING, T.STRING), T.STRING),
    "toLowerCase": ((), T.STRING),
    "toUpperCase": ((), T.STRING),
    "matches": ((T.REGEX,), T.BOOLEAN),
}
_SNAPSHOT_METHODS: dict[str, tuple[tuple[Type, ...], Type]] = {
    "val": ((), T.SCALAR),
    "child": ((T.STRING,), T.SNAPSHOT),
    "parent": ((), T.SNAPSHOT),
    "hasChild": ((T.STRING,), T.BOOLEAN),
    "exists": ((), T.BOOLEAN),
    "getPriority": ((), T.SCALAR),
    "isNumber": ((), T.BOOLEAN),
    "isString": ((), T.BOOLEAN),
    "isBoolean": ((), T.BOOLEAN),
}


def check_rule(expression: Expression, scope: Scope) -> None:
    """Refuse the expression (RulesSyntaxError) unless it is well typed and a boolean."""
    found = type_of(expression, scope)
    if found is not T.BOOLEAN:
        raise RulesSyntaxError(f"Expression must be boolean, found {_name(found)}", expression.at)


def type_of(expression: Expression, scope: Scope) -> Type:  # noqa: C901, PLR0912  (one case per node)
    """The static type; RulesSyntaxError where a part cannot be right."""
    match expression:
        case Literal(value=value):
            return _literal(value)
        case Regex():
            check_regex(expression.pattern, expression.at + 1)
            return T.REGEX
        case Array():
            raise RulesSyntaxError("A list is only allowed in hasChildren()", expression.at)
        case Variable(name=name):
            if name not in scope:
                raise RulesSyntaxError(f"Unknown variable {name!r}", expression.at)
            return scope[name]
        case Member():
            return _member(expression, type_of(expression.object, scope))
        case Lookup():
            return _lookup(expression, scope)
        case Call():
            return _call(expression, scope)
        case Unary():
            return _unary(expression, scope)
        case Binary():
            return _binary(expression, scope)
        case Logical(operator=operator, operands=operands):
            for operand in operands:
                _require_boolean(operand, scope, f"Operand of {operator} must be boolean")
            return T.BOOLEAN
        case Conditional():
            return _conditional(expression, scope)


def _literal(value: bool | int | float | str | None) -> Type:
    if value is None:
        return T.NULL
    if isinstance(value, bool):
        return T.BOOLEAN
    return T.STRING if isinstance(value, str) else T.NUMBER


def _member(expression: Member, owner: Type) -> Type:
    if owner is T.ANY:
        return T.ANY
    if owner is T.QUERY and expression.name in _QUERY_MEMBERS:
        return _QUERY_MEMBERS[expression.name]
    if owner in (T.STRING, T.SCALAR) and expression.name == "length":
        return T.NUMBER
    raise RulesSyntaxError(f"No such property: {_name(owner)}.{expression.name}", expression.at)


def _lookup(expression: Lookup, scope: Scope) -> Type:
    if type_of(expression.object, scope) is not T.ANY:
        raise RulesSyntaxError("Only auth can be indexed by an expression", expression.at)
    key = type_of(expression.key, scope)
    if key not in _TEXT:
        raise RulesSyntaxError(f"Index must be a string, found {_name(key)}", expression.key.at)
    return T.ANY


def _call(expression: Call, scope: Scope) -> Type:
    owner = type_of(expression.object, scope)
    if owner is T.SNAPSHOT and expression.method == "hasChildren":
        _check_has_children(expression, scope)
        return T.BOOLEAN
    methods = _SNAPSHOT_METHODS if owner is T.SNAPSHOT else _STRING_METHODS
    known = owner is T.SNAPSHOT or owner in _TEXT
    if not known or expression.method not in methods:
        raise RulesSyntaxError(
            f"No such method: {_name(owner)}.{expression.method}()", expression.at
        )
    wanted, result = methods[expression.method]
    if len(wanted) != len(expression.arguments):
        raise RulesSyntaxError(
            f"{expression.method}() takes {len(wanted)} arguments, "
            f"found {len(expression.arguments)}",
            expression.at,
        )
    for argument, kind in zip(expression.arguments, wanted, strict=True):
        found = type_of(argument, scope)
        if found is not kind and not (kind is T.STRING and found in _OPEN):
            raise RulesSyntaxError(
                f"{expression.method}() takes a {_name(kind)}, found {_name(found)}", argument.at
            )
    return result


def _check_has_children(expression: Call, scope: Scope) -> None:
    if not expression.arguments:
        return
    listed = expression.arguments[0]
    if len(expression.arguments) > 1 or not isinstance(listed, Array) or not listed.items:
        raise RulesSyntaxError(
            "hasChildren() takes nothing or one list of at least one string", expression.at
        )
    for item in listed.items:
        found = type_of(item, scope)
        if found not in _TEXT:
            raise RulesSyntaxError(f"hasChildren() takes strings, found {_name(found)}", item.at)


def _unary(expression: Unary, scope: Scope) -> Type:
    if expression.operator == "!":
        _require_boolean(expression.operand, scope, "Operand of ! must be boolean")
        return T.BOOLEAN
    _require(expression.operand, scope, _ARITHMETIC, "-")
    return T.NUMBER


def _binary(expression: Binary, scope: Scope) -> Type:
    operator = expression.operator
    if operator in ("==", "===", "!=", "!=="):
        for side in (expression.left, expression.right):
            _require(side, scope, _EQUALITY, operator)
        return T.BOOLEAN
    if operator in ("<", "<=", ">", ">="):
        left = _require(expression.left, scope, _RELATION, operator)
        right = _require(expression.right, scope, _RELATION, operator)
        if left is not right and left not in _OPEN and right not in _OPEN:
            raise RulesSyntaxError(
                f"{operator} needs operands of one type, found {_name(left)} and {_name(right)}",
                expression.at,
            )
        return T.BOOLEAN
    if operator == "+":
        left = _require(expression.left, scope, _ADDITION, operator)
        right = _require(expression.right, scope, _ADDITION, operator)
        if T.STRING in (left, right):
            return T.STRING
        return T.NUMBER if left is right is T.NUMBER else T.SCALAR
    for side in (expression.left, expression.right):
        _require(side, scope, _ARITHMETIC, operator)
    return T.NUMBER


def _conditional(expression: Conditional, scope: Scope) -> Type:
    _require_boolean(expression.test, scope, "Condition of ?: must be boolean")
    yes, no = type_of(expression.yes, scope), type_of(expression.no, scope)
    if yes is no:
        return yes
    for found, part in ((yes, expression.yes), (no, expression.no)):
        if found not in _EQUALITY:
            raise RulesSyntaxError(f"Branches of ?: differ, one is {_name(found)}", part.at)
    return T.ANY if T.ANY in (yes, no) else T.SCALAR


def _require(operand: Expression, scope: Scope, allowed: frozenset[Type], operator: str) -> Type:
    found = type_of(operand, scope)
    if found not in allowed:
        raise RulesSyntaxError(f"Operand of {operator} cannot be {_name(found)}", operand.at)
    return found


def _require_boolean(operand: Expression, scope: Scope, message: str) -> None:
    found = type_of(operand, scope)
    if found is not T.BOOLEAN:
        raise RulesSyntaxError(f"{message}, found {_name(found)}", operand.at)


def _name(found: Type) -> str:
    return found.name.lower()
