"""May this read or write happen? The walk down the rules, and on refusal the rules that refused.

Read: the first true `.read` on the way down allows everything below. Write: a true `.write` on
the way down, and every `.validate` on that way and below the written place where new data exists.
https://firebase.google.com/docs/database/security/core-syntax
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emulators.rtdb.rules.context import AuthVariable, Context, QueryVariable
from emulators.rtdb.rules.snapshot import Snapshot
from emulators.rtdb.rules.tree import Rule, RuleNode
from emulators.rtdb.tree.node import Node, child, children
from emulators.rtdb.tree.path import Path

PLAIN_READ: QueryVariable = {"orderByKey": True, "orderByPriority": False, "orderByValue": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks (`auth` in the rules; None if nobody signed in), and when (ms since the epoch)."""

    auth: AuthVariable
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that did not allow, and what it saw."""

    rule: Rule
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome; `looked_at` are the stored paths a read's outcome rests on."""

    allowed: bool
    findings: tuple[Finding, ...] = ()
    looked_at: frozenset[Path] = frozenset()


ALLOWED = Verdict(allowed=True)


def may_read(
    rules: RuleNode,
    path: Path,
    *,
    tree: Node | None,
    asker: Asker,
    query: QueryVariable = PLAIN_READ,
) -> Verdict:
    """Whether the asker may read `path` with these query parameters."""
    looked_at: set[Path] = set()
    root = Snapshot(tree, (), tree, looked_at)
    walk = _Walk(asker=asker, root=root, query=query)
    findings: list[Finding] = []
    for rule_node, data, captures in walk.down(rules, path):
        if rule_node.read is None:
            continue
        context = walk.context(data, None, captures)
        if rule_node.read.holds(context):
            return Verdict(allowed=True, looked_at=frozenset(looked_at))
        findings.append(Finding(rule=rule_node.read, context=context))
    return Verdict(allowed=False, findings=tuple(findings), looked_at=frozenset(looked_at))


def may_write(
    rules: RuleNode,
    paths: Iterable[Path],
    *,
    before: Node | None,
    after: Node | None,
    asker: Asker,
) -> Verdict:
    """Whether the asker may change `before` into `after` by writing at all these paths at once."""
    walk = _Walk(
        asker=asker,
        root=Snapshot(before, (), before, None),
        new_root=Snapshot(after, (), after, None),
    )
    for path in paths:
        verdict = _may_write_one(walk, rules, path)
        if not verdict.allowed:
            return verdict
    return ALLOWED


def indexes(rules: RuleNode, path: Path) -> frozenset[str]:
    """The `.indexOn` names in force at a place."""
    node: RuleNode | None = rules
    for key in path:
        node = node.below(key) if node else None
    return node.index_on if node else frozenset()


@dataclass(slots=True, kw_only=True)
class _Walk:
    asker: Asker
    root: Snapshot
    new_root: Snapshot | None = None
    query: QueryVariable = field(default_factory=dict)

    def down(
        self, rules: RuleNode, path: Path
    ) -> Iterable[tuple[RuleNode, Snapshot, Mapping[str, str]]]:
        """The rules from the root to the path, as far as there are any, with data and captures."""
        node, data, captures = rules, self.root, dict[str, str]()
        yield node, data, captures
        for key in path:
            below = node.below(key)
            if below is None:
                return
            if key not in node.children and node.capture is not None:
                captures = captures | {node.capture: key}
            node, data = below, data.child((key,))
            yield node, data, captures

    def context(
        self, data: Snapshot, new_data: Snapshot | None, captures: Mapping[str, str]
    ) -> Context:
        return Context(
            auth=self.asker.auth,
            now_ms=self.asker.now_ms,
            root=self.root,
            data=data,
            new_data=new_data,
            query=self.query,
            captures=dict(captures),
        )


def _may_write_one(walk: _Walk, rules: RuleNode, path: Path) -> Verdict:
    assert walk.new_root is not None
    granted = False
    findings: list[Finding] = []
    validations: list[Finding] = []
    depth, last = 0, rules
    for node, data, captures in walk.down(rules, path):
        new_data = walk.new_root.child(data.path)
        context = walk.context(data, new_data, captures)
        if node.write is not None and not granted:
            granted = node.write.holds(context)
            if not granted:
                findings.append(Finding(rule=node.write, context=context))
        if node.validate is not None and new_data.node is not None:
            validations.append(Finding(rule=node.validate, context=context))
        depth, last = len(data.path), node
    if not granted:
        return Verdict(allowed=False, findings=tuple(findings))
    for finding in validations:
        if not finding.rule.holds(finding.context):
            return Verdict(allowed=False, findings=(finding,))
    if depth < len(path) or not last.validates:
        return ALLOWED
    bottom = walk.context(data, new_data, captures)
    invalid = _first_invalid(walk, last, bottom)
    return ALLOWED if invalid is None else Verdict(allowed=False, findings=(invalid,))


def _first_invalid(walk: _Walk, rules: RuleNode, above: Context) -> Finding | None:
    """The first `.validate` below a written place that does not hold for its new data."""
    assert above.new_data is not None
    new = above.new_data.node
    keys = children(new) if rules.wildcard else (key for key in rules.children if child(new, key))
    for key in keys:
        node = rules.below(key)
        if node is None or not node.validates:
            continue
        captures = above.captures
        if key not in rules.children and rules.capture is not None:
            captures = captures | {rules.capture: key}
        context = walk.context(above.data.child((key,)), above.new_data.child((key,)), captures)
        if node.validate is not None and not node.validate.holds(context):
            return Finding(rule=node.validate, context=context)
        invalid = _first_invalid(walk, node, context)
        if invalid is not None:
            return invalid
    return None
