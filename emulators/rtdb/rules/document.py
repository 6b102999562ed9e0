"""The rules file: JSON with comments, trailing commas and strings over several lines.

Keeps where everything stood, so that an error deep in an expression is told by line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulators.rtdb.rules.errors import RulesSyntaxError

MAX_NESTING = 100

_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: tuple[tuple[str, bool | None], ...] = (("true", True), ("false", False), ("null", None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string; `offsets[i]` is where its i-th character stands in the file (plus its end)."""

    value: str
    offsets: tuple[int, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A number, boolean or null."""

    value: bool | int | float | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list of values."""

    items: tuple[Value, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """Members in the order written, each with its key's text."""

    members: tuple[tuple[Text, Value], ...]
    at: int


Value = Text | Word | List | Object


def read_document(text: str) -> Value:
    """The value of the file; RulesSyntaxError tells what was found at which offset."""
    reader = _Reader(text)
    value = reader.value(0)
    reader.space()
    if reader.at != len(text):
        raise reader.unexpected()
    return value


def to_json(value: Value) -> object:
    """The document without comments and positions."""
    match value:
        case Object(members=members):
            return {key.value: to_json(member) for key, member in members}
        case List(items=items):
            return [to_json(item) for item in items]
        case _:
            return value.value


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self, depth: int) -> Value:
        if depth > MAX_NESTING:
            raise RulesSyntaxError("Rules are nested too deeply", self.at)
        self.space()
        match self.text[self.at : self.at + 1]:
            case "{":
                return self.object(depth)
            case "[":
                return self.list(depth)
            case '"':
                return self.string()
            case _:
                return self.word()

    def object(self, depth: int) -> Object:
        start = self.at
        self.at += 1
        members: list[tuple[Text, Value]] = []
        seen: set[str] = set()
        while not self.closed("}"):
            if self.text[self.at : self.at + 1] != '"':
                raise self.unexpected()
            key = self.string()
            if key.value in seen:
                raise RulesSyntaxError(f"Duplicate key {key.value!r}", key.at)
            seen.add(key.value)
            self.space()
            if self.text[self.at : self.at + 1] != ":":
                raise self.unexpected()
            self.at += 1
            members.append((key, self.value(depth + 1)))
            self.separator("}")
        return Object(members=tuple(members), at=start)

    def list(self, depth: int) -> List:
        start = self.at
        self.at += 1
        items: list[Value] = []
        while not self.closed("]"):
            items.append(self.value(depth + 1))
            self.separator("]")
        return List(items=tuple(items), at=start)

    def string(self) -> Text:
        start = self.at
        self.at += 1
        characters: list[str] = []
        offsets: list[int] = []
        while (character := self.text[self.at : self.at + 1]) != '"':
            if not character:
                raise RulesSyntaxError("Unterminated string", start)
            offsets.append(self.at)
            self.at += 1
            characters.append(self.escape() if character == "\\" else character)
        offsets.append(self.at)
        self.at += 1
        return Text(value="".join(characters), offsets=tuple(offsets), at=start)

    def escape(self) -> str:
        code = self.text[self.at : self.at + 1]
        self.at += 1
        if code in _ESCAPES:
            return _ESCAPES[code]
        digits = _HEX.match(self.text, self.at)
        if code != "u" or digits is None:
            raise RulesSyntaxError("Invalid escape in string", self.at - 2)
        self.at += 4
        return chr(int(digits.group(), 16))

    def word(self) -> Word:
        for spelling, value in _WORDS:
            if self.text.startswith(spelling, self.at):
                self.at += len(spelling)
                return Word(value=value, at=self.at - len(spelling))
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise self.unexpected()
        self.at = match.end()
        return Word(value=float(match.group()), at=match.start())

    def closed(self, sign: str) -> bool:
        self.space()
        if self.text[self.at : self.at + 1] != sign:
            return False
        self.at += 1
        return True

    def separator(self, closing: str) -> None:
        self.space()
        found = self.text[self.at : self.at + 1]
        if found == ",":
            self.at += 1
        elif found != closing:
            raise self.unexpected()

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def unexpected(self) -> RulesSyntaxError:
        if self.at >= len(self.text):
            return RulesSyntaxError("Unexpected end of file", self.at)
        return RulesSyntaxError(f"Unexpected {self.text[self.at]!r}", self.at)
