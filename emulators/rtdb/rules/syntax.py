"""The syntax tree of a rule expression. `at` is the offset in the expression's text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A string, number, boolean or null."""

    value: bool | int | float | str | None
    at: int
    height: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Regex:
    """`/pattern/` or `/pattern/i`, the pattern as written."""

    pattern: str
    ignore_case: bool
    at: int
    height: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """`[a, b]`, only as the argument of hasChildren."""

    items: tuple[Expression, ...]
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """auth, now, root, data, newData, query or a `$capture`."""

    name: str
    at: int
    height: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """`object.name`, or `object["name"]` with a literal."""

    object: Expression
    name: str
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """`object[key]` with a key only known when the rule runs."""

    object: Expression
    key: Expression
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`object.method(arguments)`."""

    object: Expression
    method: str
    arguments: tuple[Expression, ...]
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary:
    """`!x` or `-x`."""

    operator: str
    operand: Expression
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """Arithmetic, equality or relation."""

    operator: str
    left: Expression
    right: Expression
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logical:
    """`a && b && c` or `a || b || c`: a chain of one operator, short-circuiting."""

    operator: str
    operands: tuple[Expression, ...]
    at: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """`test ? yes : no`."""

    test: Expression
    yes: Expression
    no: Expression
    at: int
    height: int


Expression = (
    Literal
    | Regex
    | Array
    | Variable
    | Member
    | Lookup
    | Call
    | Unary
    | Binary
    | Logical
    | Conditional
)


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside this one, in the order they are written."""
    match expression:
        case Array(items=items):
            return items
        case Member(object=inner):
            return (inner,)
        case Lookup(object=inner, key=key):
            return (inner, key)
        case Call(object=inner, arguments=arguments):
            return (inner, *arguments)
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Logical(operands=operands):
            return operands
        case Conditional(test=test, yes=yes, no=no):
            return (test, yes, no)
        case _:
            return ()
