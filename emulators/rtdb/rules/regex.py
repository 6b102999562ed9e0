"""The regular expressions of rules: a subset of JavaScript's, matched in linear time by RE2.

`^` only first and `$` only last in the whole pattern; no empty alternative, look-around, back
reference or lazy quantifier. https://firebase.google.com/docs/reference/security/database/regex
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import re2

from emulators.rtdb.rules.errors import RulesSyntaxError

MAX_REPEAT = 1000
MAX_GROUP_DEPTH = 100

_QUANTIFIER = re.compile(r"[*+?]|\{(\d+)(?:(,)(\d*))?\}")
_CLASS = re.compile(r"\[\^?(?:[^\]\\]|\\.)*\]", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


def check_regex(pattern: str, at: int) -> None:
    """Refuse what the subset does not have; `at` is the pattern's offset, for the message."""
    _translate(pattern, at)


@lru_cache(maxsize=1024)
def searcher(pattern: str, ignore_case: bool) -> Callable[[str], bool]:
    """A function telling whether the pattern occurs in a text."""
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.log_errors = False
    compiled = re2.compile(_translate(pattern, 0), options)
    return lambda text: compiled.search(_encodable(text)) is not None


def _translate(pattern: str, start: int) -> str:
    text = _Translator(pattern, start).whole()
    try:
        options = re2.Options()
        options.log_errors = False
        re2.compile(text, options)
    except re2.error as error:
        raise RulesSyntaxError(f"Invalid regular expression: {error}", start) from None
    return text


def _encodable(text: str) -> str:
    """RE2 reads UTF-8, which has no unpaired surrogates: they match as replacement characters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class _Translator:
    """One pass over the pattern: checks it and writes RE2's spelling."""

    def __init__(self, pattern: str, start: int) -> None:
        self.pattern = pattern
        self.start = start
        self.at = 0
        self.depth = 0

    def whole(self) -> str:
        out = ""
        if self.pattern.startswith("^"):
            self.at, out = 1, r"\A"
        body, end = self.alternatives(), self.at
        if self.pattern[end:] == "$":
            return out + f"(?:{body})" + r"\z"
        if end != len(self.pattern):
            raise self.error(f"Unexpected {self.pattern[end]!r} in regular expression")
        return out + f"(?:{body})"

    def alternatives(self) -> str:
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        return "|".join(parts)

    def sequence(self) -> str:
        out: list[str] = []
        while (character := self.peek()) and character not in "|)":
            if character == "$" and self.at == len(self.pattern) - 1 and self.depth == 0:
                break
            out.append(self.atom() + self.quantifier())
        if not out and not (self.depth == 0 and self.pattern in ("^", "$", "^$")):
            raise self.error("Empty alternative in regular expression")
        return "".join(out)

    def atom(self) -> str:
        character = self.pattern[self.at]
        if character == "(":
            return self.group()
        if character == "[":
            return self.character_class()
        if character == "\\":
            return self.escape()
        if character in "^$*+?":
            raise self.error(f"Unexpected {character!r} in regular expression")
        if character == "{" and _QUANTIFIER.match(self.pattern, self.at):
            raise self.error("Nothing to repeat in regular expression")
        self.at += 1
        return "." if character == "." else _literal(character)

    def group(self) -> str:
        self.at += 1
        if self.peek() == "?":
            if not self.pattern.startswith("?:", self.at):
                raise self.error("Unsupported group in regular expression")
            self.at += 2
        self.depth += 1
        if self.depth > MAX_GROUP_DEPTH:
            raise self.error("Regular expression is nested too deeply")
        inner = self.alternatives()
        if self.peek() != ")":
            raise self.error("Unterminated group in regular expression")
        self.depth -= 1
        self.at += 1
        return f"(?:{inner})"

    def character_class(self) -> str:
        match = _CLASS.match(self.pattern, self.at)
        if match is None or match.group() in ("[]", "[^]"):
            raise self.error("Invalid character class in regular expression")
        self.at = match.end()
        return match.group().replace("[:", r"[\:") if "[:" in match.group() else match.group()

    def escape(self) -> str:
        code = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if not code or code.isdigit() or code in "bBkpPAzQEC":
            raise self.error(f"Unsupported escape \\{code} in regular expression")
        if code in "sSwWdD":
            return f"\\{code}"
        return _literal(_CONTROL.get(code, code))

    def quantifier(self) -> str:
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return ""
        low, high = match.group(1), match.group(3)
        if max(int(low or 0), int(high or 0)) > MAX_REPEAT:
            raise self.error(f"A repetition above {MAX_REPEAT} in regular expression")
        self.at = match.end()
        if self.peek() in ("*", "+", "?") or _QUANTIFIER.match(self.pattern, self.at):
            raise self.error("Lazy or double quantifier in regular expression")
        return match.group()

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def error(self, message: str) -> RulesSyntaxError:
        return RulesSyntaxError(message, self.start + self.at)


def _literal(character: str) -> str:
    return re.escape(character) if character.isascii() else character
