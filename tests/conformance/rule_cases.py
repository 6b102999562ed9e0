"""Random rules, data and requests for two judges to agree on, from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

NOW_MS = 1_700_000_000_000
KEYS = ("a", "b", "c", "n", "s")
STRINGS = ("", "a", "b", "foo", "foobar", "a/b", "x1")
NUMBERS = (0, 1, 2, -1, 0.5, 10)
PATTERNS = ("/^foo/", "/o+$/", "/^[a-z]{1,3}$/i", "/a|b/", r"/^\\w+$/", "/^.$/", "/(^a)/", "/a**/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is judged; `operation` is read, write or update."""

    rules: Any
    data: Any
    auth: Any
    operation: str
    path: str
    value: Any


def make_case(random: Random) -> Case:
    """A case whose rules are usually well typed."""
    operation = random.choice(("read", "write", "write", "update"))
    kind = "read" if operation == "read" else "write"
    writer = Expressions(random, kind)
    node: dict[str, Any] = {f".{kind}": writer.boolean(3)}
    if kind == "write" and random.random() < 0.6:
        node[".validate"] = writer.boolean(2)
        node["b"] = {".validate": writer.boolean(2)}
    rules = {"rules": {"$room": node, ".validate": True}}
    value = tree(random, 2)
    if operation == "update":
        value = {key: tree(random, 1) for key in random.sample(KEYS, 2)}
    return Case(
        rules=rules,
        data={"r": tree(random, 3), "q": tree(random, 2)},
        auth=random.choice((None, {"uid": "a", "n": 1, "yes": True, "o": {"s": "foo"}})),
        operation=operation,
        path=random.choice(("r", "r/a", "r/b", "q/a/b")) if operation != "update" else "r",
        value=value,
    )


def tree(random: Random, depth: int) -> Any:
    """A value of at most `depth` levels."""
    if depth == 0 or random.random() < 0.4:
        return random.choice((None, True, False, *NUMBERS, *STRINGS))
    return {key: tree(random, depth - 1) for key in random.sample(KEYS, random.randint(1, 3))}


class Expressions:
    """Writes expressions of a wanted type; now and then of another, to be refused."""

    def __init__(self, random: Random, kind: str) -> None:
        self.random = random
        self.snapshots = ["root", "data"] + (["newData"] if kind == "write" else [])

    def boolean(self, depth: int) -> str:
        if depth == 0:
            return self.random.choice(("true", "false", f"{self.snapshot(1)}.exists()"))
        below = depth - 1
        return self.pick(
            lambda: f"{self.boolean(below)} && {self.boolean(below)}",
            lambda: f"{self.boolean(below)} || {self.boolean(below)}",
            lambda: f"!({self.boolean(below)})",
            lambda: f"({self.boolean(below)} ? {self.boolean(below)} : {self.boolean(below)})",
            lambda: (
                f"{self.scalar(below)} {self.random.choice(('==', '!=', '===', '!=='))} "
                f"{self.scalar(below)}"
            ),
            lambda: (
                f"{self.number(below)} {self.random.choice(('<', '<=', '>', '>='))} "
                f"{self.number(below)}"
            ),
            lambda: f"{self.text(below)} {self.random.choice(('<', '>='))} {self.text(below)}",
            lambda: f"{self.snapshot(below)}.{self.random.choice(SNAPSHOT_TESTS)}",
            lambda: (
                f"{self.text(below)}.{self.random.choice(('contains', 'beginsWith'))}"
                f"({self.text(below)})"
            ),
            lambda: f"{self.text(below)}.matches({self.random.choice(PATTERNS)})",
            lambda: self.scalar(below),
        )

    def scalar(self, depth: int) -> str:
        return self.pick(
            lambda: self.number(depth),
            lambda: self.text(depth),
            lambda: "null",
            lambda: f"{self.snapshot(depth)}.val()",
            lambda: self.random.choice(("auth", "auth.uid", "auth.n", "auth.yes", "auth.o.s.t")),
            lambda: self.random.choice(("true", "false")),
        )

    def number(self, depth: int) -> str:
        if depth <= 0:
            return str(self.random.choice(NUMBERS))
        return self.pick(
            lambda: str(self.random.choice(NUMBERS)),
            lambda: (
                f"({self.number(depth - 1)} {self.random.choice('+-*/%')} {self.number(depth - 1)})"
            ),
            lambda: f"{self.text(depth - 1)}.length",
            lambda: f"{self.snapshot(depth - 1)}.val()",
            lambda: "auth.n",
            lambda: "now",
        )

    def text(self, depth: int) -> str:
        if depth <= 0:
            return f"'{self.random.choice(STRINGS)}'"
        return self.pick(
            lambda: f"'{self.random.choice(STRINGS)}'",
            lambda: "$room",
            lambda: "auth.uid",
            lambda: f"({self.text(depth - 1)} + {self.scalar(depth - 1)})",
            lambda: f"{self.text(depth - 1)}.toUpperCase()",
            lambda: f"{self.text(depth - 1)}.replace('o', {self.text(0)})",
            lambda: f"{self.snapshot(depth - 1)}.val()",
        )

    def snapshot(self, depth: int) -> str:
        name = self.random.choice(self.snapshots)
        for _ in range(self.random.randint(0, max(depth, 0))):
            name += self.random.choice(STEPS)
        return name

    def pick(self, *choices: Any) -> str:
        chosen: str = self.random.choice(choices)()
        return chosen


SNAPSHOT_TESTS = (
    "exists()", "isString()", "isNumber()", "isBoolean()", "hasChildren()", "hasChild('a')",
    "hasChildren(['a', 'b'])", "hasChild('a/b')", "hasChildren([$room])",
)  # fmt: skip
STEPS = (
    ".child('a')", ".child('b')", ".child('r')", ".child('a/b')", ".parent()", ".child($room)",
    ".child('n')",
)  # fmt: skip
