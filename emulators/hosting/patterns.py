"""Path patterns of firebase.json: `source` globs with captures, and `regex`.

Globs know `*`, `**`, `?`, `[a-z]`, `{a,b}`, `@(a|b)`, `!(a|b)` for a whole segment, and `:name`
and `:name*` captures. They match the whole path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_PATTERN_CHARS = 1000
GROUPS = {"@": "(?:{})", "?": "(?:{})?", "+": "(?:{})+", "*": "(?:{})*"}


class BadPattern(ValueError):  # noqa: N818 (it names what was read)
    """A pattern that cannot be read; the message quotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A compiled pattern. `captures` are its names in destinations (`:name`)."""

    text: str
    compiled: re.Pattern[str]

    def match(self, path: str) -> dict[str, str] | None:
        """The captures when `path` (with its leading slash) matches, else None."""
        found = self.compiled.search(path)
        if found is None:
            return None
        named = {name: value or "" for name, value in found.groupdict().items()}
        return {str(n): value or "" for n, value in enumerate(found.groups(), 1)} | named


def glob(text: str) -> Pattern:
    """A `source` or `ignore` pattern. Raises BadPattern."""
    if len(text) > MAX_PATTERN_CHARS:
        raise BadPattern(f"pattern longer than {MAX_PATTERN_CHARS} characters: {text[:40]!r}...")
    body = _translate(text if text.startswith(("/", "**")) else "/" + text)
    return Pattern(text=text, compiled=_compile(f"\\A{body}\\Z", text))


def regex(text: str) -> Pattern:
    """A `regex` of firebase.json (RE2 syntax; `(?P<name>..)` captures)."""
    return Pattern(text=text, compiled=_compile(text, text))


def fill(destination: str, captures: dict[str, str]) -> str:
    """A destination with `:name` and `:name*` replaced by what was captured."""
    return re.sub(r":(\w+)\*?", lambda m: captures.get(m[1], m[0]), destination)


def _compile(expression: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except re.error as error:
        raise BadPattern(f"cannot read pattern {text!r}: {error}") from None


def _translate(text: str) -> str:
    out, at = "", 0
    while at < len(text):
        for token, translated in TOKENS:
            if match := token.match(text, at):
                out, at = out + translated(match), match.end()
                break
    return out


def _extended(match: re.Match[str]) -> str:
    choices = "|".join(map(_translate, match[2].split("|")))
    if match[1] == "!":
        return f"(?!(?:{choices})(?:/|\\Z))[^/]*"
    return GROUPS[match[1]].format(choices)


def _braces(match: re.Match[str]) -> str:
    return f"(?:{'|'.join(map(_translate, match[1].split(',')))})"


def _class(match: re.Match[str]) -> str:
    return f"[{'^' if match[1] else ''}{re.escape(match[2])}]".replace(r"\-", "-")


def _capture(match: re.Match[str]) -> str:
    return f"(?P<{match[1]}>{'.*' if match[2] else '[^/]+'})"


TOKENS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\*\*/"), lambda _: "(?:.*/)?"),
    (re.compile(r"/\*\*\Z"), lambda _: "(?:/.*)?"),
    (re.compile(r"\*\*"), lambda _: ".*"),
    (re.compile(r"([@?+*!])\(([^()]*)\)"), _extended),
    (re.compile(r"\{([^{}]*)\}"), _braces),
    (re.compile(r"\[(\^|!)?([^\]/]+)\]"), _class),
    (re.compile(r":([A-Za-z_]\w*)(\*)?"), _capture),
    (re.compile(r"\*"), lambda _: "[^/]*"),
    (re.compile(r"\?"), lambda _: "[^/]"),
    (re.compile(r".", re.DOTALL), lambda match: re.escape(match[0])),
)
"""The first token that fits is taken."""
