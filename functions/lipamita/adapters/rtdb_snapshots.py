"""Nodes as the audit keeps them: secrets left out, phones masked, big subtrees left aside."""

from __future__ import annotations

import re

from lipamita.adapters.rtdb_nodes import RtdbNodes

SECRET = frozenset(
    {"mac", "access_token", "password", "secret", "key", "api_key", "token", "code", "device_key"}
)
# Of a meter only its registration: what it reports is no work of staff's.
LEFT_ASIDE = frozenset({"alerts", "pending_recharge", "commands", "status", "history", "entries"})
_PHONE = re.compile(r"\+?254[0-9]{9}")
MASKED = "(masked)"


class RtdbSnapshots(RtdbNodes):
    """Implements use_cases.audit_ports.SnapshotStore."""

    def read_snapshot(self, path: str) -> object:
        return without_secrets(self.at(path).get())


def _is_secret(name: str, value: object) -> bool:
    """A secret, or a phone number as people type it; one that is masked may be kept."""
    typed = name == "phone_number" and isinstance(value, str) and "*" not in value
    return typed or name.lower() in SECRET


def without_secrets(node: object) -> object:
    """The same JSON as it may be kept for years."""
    if isinstance(node, dict):
        return {
            name: MASKED if _is_secret(name, value) else without_secrets(value)
            for name, value in node.items()
            if name not in LEFT_ASIDE
        }
    if isinstance(node, list):
        return [without_secrets(item) for item in node]
    if isinstance(node, str) and _PHONE.fullmatch(node):
        return f"{node[:-8]}******{node[-2:]}"
    return node
