"""Tokens to a syntax tree, by operator precedence as in JavaScript.

`?:` < `||` < `&&` < equality < relation < `+ -` < `* / %` < unary `! -` < members and calls.
"""

from __future__ import annotations

from emulators.rtdb.rules.errors import RulesSyntaxError
from emulators.rtdb.rules.lexer import END, NAME, NUMBER, REGEX, SIGN, STRING, Token, tokens
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

MAX_HEIGHT = 100
MAX_HEX_CHARACTERS = 15

_LEVELS = (
    frozenset({"==", "===", "!=", "!=="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Expression:
    """The tree of one expression; RulesSyntaxError if there is none, or more than one."""
    parser = _Parser(tokens(text))
    expression = parser.conditional()
    if parser.now.kind != END:
        raise RulesSyntaxError(f"Unexpected {_shown(parser.now)}", parser.now.at)
    return expression


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.position = 0
        self.nesting = 0

    @property
    def now(self) -> Token:
        return self.found[self.position]

    def conditional(self) -> Expression:
        self.nesting += 1
        if self.nesting > MAX_HEIGHT:
            raise RulesSyntaxError("Expression is nested too deeply", self.now.at)
        test = self.logical("||")
        if self.sees("?"):
            at = self.take().at
            yes = self.conditional()
            self.expect(":")
            no = self.conditional()
            test = Conditional(test=test, yes=yes, no=no, at=at, height=_above(at, test, yes, no))
        self.nesting -= 1
        return test

    def logical(self, operator: str) -> Expression:
        operands = [self.logical("&&") if operator == "||" else self.binary(0)]
        at = self.now.at
        while self.sees(operator):
            self.take()
            operands.append(self.logical("&&") if operator == "||" else self.binary(0))
        if len(operands) == 1:
            return operands[0]
        height = _above(at, *operands)
        return Logical(operator=operator, operands=tuple(operands), at=at, height=height)

    def binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.now.kind == SIGN and self.now.text in _LEVELS[level]:
            token = self.take()
            right = self.binary(level + 1)
            height = _above(token.at, left, right)
            left = Binary(operator=token.text, left=left, right=right, at=token.at, height=height)
        return left

    def unary(self) -> Expression:
        signs: list[Token] = []
        while self.sees("!") or self.sees("-"):
            signs.append(self.take())
        operand = self.postfix(self.primary())
        for sign in reversed(signs):
            height = _above(sign.at, operand)
            operand = Unary(operator=sign.text, operand=operand, at=sign.at, height=height)
        return operand

    def postfix(self, inner: Expression) -> Expression:
        while True:
            if self.sees("."):
                self.take()
                name = self.take()
                if name.kind != NAME:
                    raise RulesSyntaxError(f"Expected a name, found {_shown(name)}", name.at)
                inner = self.member(inner, name.text, name.at)
            elif self.sees("["):
                at = self.take().at
                key = self.conditional()
                self.expect("]")
                if isinstance(key, Literal) and isinstance(key.value, str):
                    inner = self.member(inner, key.value, at)
                else:
                    inner = Lookup(object=inner, key=key, at=at, height=_above(at, inner, key))
            elif self.sees("("):
                raise RulesSyntaxError("Only methods can be called", self.now.at)
            else:
                return inner

    def member(self, inner: Expression, name: str, at: int) -> Expression:
        if not self.sees("("):
            return Member(object=inner, name=name, at=at, height=_above(at, inner))
        self.take()
        given = self.listed(")")
        return Call(
            object=inner, method=name, arguments=given, at=at, height=_above(at, inner, *given)
        )

    def primary(self) -> Expression:
        token = self.take()
        if token.kind == NUMBER:
            return Literal(value=_number(token), at=token.at)
        if token.kind == STRING:
            return Literal(value=token.text, at=token.at)
        if token.kind == REGEX:
            if token.flags not in ("", "i"):
                raise RulesSyntaxError(f"Unknown regex flags {token.flags!r}", token.at)
            return Regex(pattern=token.text, ignore_case=token.flags == "i", at=token.at)
        if token.kind == NAME:
            if token.text in _CONSTANTS:
                return Literal(value=_CONSTANTS[token.text], at=token.at)
            return Variable(name=token.text, at=token.at)
        if token.text == "(":
            inner = self.conditional()
            self.expect(")")
            return inner
        if token.text == "[":
            items = self.listed("]")
            return Array(items=items, at=token.at, height=_above(token.at, *items))
        raise RulesSyntaxError(f"Unexpected {_shown(token)}", token.at)

    def listed(self, closing: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self.sees(closing):
            if items:
                self.expect(",")
            items.append(self.conditional())
        self.take()
        return tuple(items)

    def sees(self, sign: str) -> bool:
        return self.now.kind == SIGN and self.now.text == sign

    def take(self) -> Token:
        token = self.now
        if token.kind != END:
            self.position += 1
        return token

    def expect(self, sign: str) -> None:
        if not self.sees(sign):
            raise RulesSyntaxError(f"Expected {sign!r}, found {_shown(self.now)}", self.now.at)
        self.take()


def _above(at: int, *inner: Expression) -> int:
    height = 1 + max((expression.height for expression in inner), default=0)
    if height > MAX_HEIGHT:
        raise RulesSyntaxError("Expression is nested too deeply", at)
    return height


def _number(token: Token) -> int | float:
    if token.text[:2] in ("0x", "0X"):
        if len(token.text) > MAX_HEX_CHARACTERS:
            raise RulesSyntaxError("Number is too long", token.at)
        return int(token.text, 16)
    if token.text.isdigit() and len(token.text) <= 15:
        return int(token.text)
    return float(token.text)


def _shown(token: Token) -> str:
    return "end of expression" if token.kind == END else repr(token.text[:40])
