"""The last refusals of the security rules, each with the rules that refused and what they saw."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from typing import Any

from emulators.rtdb.core.principal import Principal
from emulators.rtdb.rules.decision import Verdict
from emulators.rtdb.rules.explain import explain
from emulators.rtdb.tree.path import Path, show

_log = logging.getLogger("emulators.rtdb.why")


class Denials:
    """A bounded record, newest last; older ones fall out."""

    def __init__(self, namespace: str, kept: int) -> None:
        self._namespace = namespace
        self._records: deque[dict[str, Any]] = deque(maxlen=kept)

    def add(
        self, operation: str, path: Path, who: Principal, verdict: Verdict, now_ms: int
    ) -> None:
        """Record and log why a read or write was refused."""
        record = {
            "operation": operation,
            "path": show(path),
            "at_ms": now_ms,
            "auth": _shown(who.auth),
            "refused_by": [explain(finding) for finding in verdict.findings],
        }
        self._records.append(record)
        _log.info(
            "denied namespace=%s %s %s uid=%s: %s",
            self._namespace,
            operation,
            record["path"],
            who.uid,
            _line(record["refused_by"], operation),
        )

    def as_json(self) -> list[dict[str, Any]]:
        return list(self._records)

    def clear(self) -> None:
        self._records.clear()


def _line(refused_by: Any, operation: str) -> str:
    if not refused_by:
        return f"no .{operation} rule on the way"
    return "; ".join(
        f"{one['rule']} at {one['place']} (line {one['line']}) is {one['result']}: "
        f"{one['expression']} with {one['values']}"
        for one in refused_by
    )


def _shown(auth: Mapping[str, Any] | None) -> Any:
    return dict(auth) if auth is not None else None
