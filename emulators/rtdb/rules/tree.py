"""A rules document compiled: a tree of rules beside the data's, errors told by line and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emulators.rtdb.rules.context import Context
from emulators.rtdb.rules.document import (
    List,
    Object,
    Text,
    Value,
    Word,
    line_and_column,
    read_document,
)
from emulators.rtdb.rules.errors import EvaluationError, RulesRejectedError, RulesSyntaxError
from emulators.rtdb.rules.evaluate import Run, compile_expression
from emulators.rtdb.rules.parser import parse
from emulators.rtdb.rules.syntax import Expression
from emulators.rtdb.rules.types import Type, check_rule
from emulators.rtdb.tree.path import Path

_VARIABLES = {
    "auth": Type.ANY,
    "now": Type.NUMBER,
    "root": Type.SNAPSHOT,
    "data": Type.SNAPSHOT,
}
_SCOPES = {
    "read": _VARIABLES | {"query": Type.QUERY},
    "write": _VARIABLES | {"newData": Type.SNAPSHOT},
    "validate": _VARIABLES | {"newData": Type.SNAPSHOT},
}


@dataclass(slots=True, kw_only=True)
class Rule:
    """One expression: where it stands, its text, its tree, and how often it came out how."""

    kind: str
    place: Path
    text: str
    line: int
    column: int
    expression: Expression
    run: Run
    held: int = 0
    failed: int = 0
    in_error: int = 0

    def holds(self, context: Context) -> bool:
        """Whether the rule is true; a run-time error makes it false."""
        try:
            result = self.run(context) is True
        except (EvaluationError, OverflowError):
            self.in_error += 1
            return False
        if result:
            self.held += 1
        else:
            self.failed += 1
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNode:
    """The rules at one place and below; `validates` tells whether any `.validate` is there."""

    read: Rule | None = None
    write: Rule | None = None
    validate: Rule | None = None
    index_on: frozenset[str] = frozenset()
    children: dict[str, RuleNode]
    capture: str | None = None
    wildcard: RuleNode | None = None
    validates: bool = False

    def below(self, key: str) -> RuleNode | None:
        """The rules for a child: those of its own name, else the wildcard's."""
        return self.children.get(key, self.wildcard)

    def rules(self) -> Iterator[Rule]:
        """Every rule at this place and below."""
        for rule in (self.read, self.write, self.validate):
            if rule is not None:
                yield rule
        below = [*self.children.values(), *([self.wildcard] if self.wildcard else [])]
        for node in below:
            yield from node.rules()


def compile_rules(text: str) -> RuleNode:
    """The rules of a document; RulesRejectedError says what is wrong as `line:column: message`."""
    try:
        return _top(read_document(text), text)
    except RulesSyntaxError as error:
        line, column = line_and_column(text, error.at)
        raise RulesRejectedError(f"{line}:{column}: Parse error: {error.message}") from None
    except RecursionError:
        raise RulesRejectedError("1:1: Parse error: Rules are nested too deeply") from None


def _top(document: Value, text: str) -> RuleNode:
    if not isinstance(document, Object):
        raise RulesSyntaxError("Rules must be an object", document.at)
    for key, value in document.members:
        if key.value != "rules":
            raise RulesSyntaxError(f"Expected 'rules', found {key.value!r}", key.at)
        return _Compiler(text).node(value, ())
    raise RulesSyntaxError("Expected 'rules', found an empty object", document.at)


class _Compiler:
    def __init__(self, text: str) -> None:
        self.text = text

    def node(self, value: Value, place: Path) -> RuleNode:
        if not isinstance(value, Object):
            raise RulesSyntaxError("Expected an object of rules", value.at)
        found: dict[str, Rule] = {}
        index_on: frozenset[str] = frozenset()
        children: dict[str, RuleNode] = {}
        capture: str | None = None
        wildcard: RuleNode | None = None
        for key, member in value.members:
            name = key.value
            if name in (".read", ".write", ".validate"):
                found[name] = self.rule(name[1:], member, place)
            elif name == ".indexOn":
                index_on = _index_on(member)
            elif name.startswith("$"):
                capture, wildcard = self.wildcard(key, member, place, capture)
            else:
                _check_literal(key)
                children[name] = self.node(member, (*place, name))
        validate = found.get(".validate")
        below = [*children.values(), *([wildcard] if wildcard else [])]
        return RuleNode(
            read=found.get(".read"),
            write=found.get(".write"),
            validate=validate,
            index_on=index_on,
            children=children,
            capture=capture,
            wildcard=wildcard,
            validates=validate is not None or any(node.validates for node in below),
        )

    def wildcard(
        self, key: Text, member: Value, place: Path, known: str | None
    ) -> tuple[str, RuleNode]:
        if known is not None:
            raise RulesSyntaxError("Only one $ variable is allowed at a place", key.at)
        if key.value in place:
            raise RulesSyntaxError(f"{key.value} is already used above", key.at)
        if not key.value[1:].replace("_", "a").isalnum() or not key.value.isascii():
            raise RulesSyntaxError(f"Invalid $ variable {key.value!r}", key.at)
        return key.value, self.node(member, (*place, key.value))

    def rule(self, kind: str, value: Value, place: Path) -> Rule:
        if isinstance(value, Word) and isinstance(value.value, bool):
            source, offsets = ("true" if value.value else "false"), None
        elif isinstance(value, Text):
            source, offsets = value.value, value.offsets
        else:
            raise RulesSyntaxError(f".{kind} must be a string or a boolean", value.at)
        captures = {key: Type.STRING for key in place if key.startswith("$")}
        try:
            expression = parse(source)
            check_rule(expression, _SCOPES[kind] | captures)
        except RulesSyntaxError as error:
            where = value.at if offsets is None else offsets[min(error.at, len(offsets) - 1)]
            raise RulesSyntaxError(error.message, where) from None
        line, column = line_and_column(self.text, value.at)
        return Rule(
            kind=kind,
            place=place,
            text=source,
            line=line,
            column=column,
            expression=expression,
            run=compile_expression(expression),
        )


def _index_on(value: Value) -> frozenset[str]:
    items = value.items if isinstance(value, List) else (value,)
    names: set[str] = set()
    for item in items:
        if not isinstance(item, Text):
            raise RulesSyntaxError(".indexOn must be a string or a list of strings", item.at)
        names.add("/".join(key for key in item.value.split("/") if key))
    return frozenset(names)


def _check_literal(key: Text) -> None:
    if not key.value or any(character in ".#$/[]" for character in key.value):
        raise RulesSyntaxError(f"Invalid key {key.value!r} in rules", key.at)
