"""Text of a rule expression to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulators.rtdb.rules.errors import RulesSyntaxError

MAX_EXPRESSION_CHARACTERS = 65_536

NUMBER, STRING, REGEX, NAME, SIGN, END = "number", "string", "regex", "name", "sign", "end"

_TOKEN = re.compile(
    r"""
    (?P<space>[\s\u00a0\ufeff]+|//[^\n]*|/\*.*?\*/)
  | (?P<number>0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
  | (?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/((?:[^/\\\n\[]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+)/([A-Za-z]*)")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ENDS_OPERAND = frozenset({")", "]"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text (strings unescaped, regex as pattern + flags), its offset."""

    kind: str
    text: str
    at: int
    flags: str = ""


def tokens(text: str) -> list[Token]:
    """All tokens of an expression, the last of kind END; RulesSyntaxError names the bad place."""
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        raise RulesSyntaxError(
            f"Expression is longer than {MAX_EXPRESSION_CHARACTERS} characters", 0
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] == "/" and text[at : at + 2] not in ("//", "/*") and _wants_operand(found):
            token, at = _regex(text, at)
            found.append(token)
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise RulesSyntaxError(_unexpected(text, at), at)
        kind = match.lastgroup
        assert kind is not None
        if kind != "space":
            raw = match.group()
            found.append(Token(kind, _unescape(raw) if kind == STRING else raw, at))
        at = match.end()
    found.append(Token(END, "", len(text)))
    return found


def _wants_operand(found: list[Token]) -> bool:
    if not found:
        return True
    last = found[-1]
    return last.kind == SIGN and last.text not in _ENDS_OPERAND


def _regex(text: str, at: int) -> tuple[Token, int]:
    match = _REGEX.match(text, at)
    if match is None:
        raise RulesSyntaxError("Unterminated regular expression", at)
    return Token(REGEX, match.group(1), at, match.group(2)), match.end()


def _unescape(raw: str) -> str:
    return _ESCAPE.sub(_escaped, raw[1:-1])


def _escaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _NAMED_ESCAPES.get(code, code)


def _unexpected(text: str, at: int) -> str:
    if text[at] in "\"'":
        return "Unterminated string"
    return f"Unexpected character {text[at]!r}"
