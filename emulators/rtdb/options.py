"""What a server is started with; every limit has a name here, so that tests can make it tiny."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_NAMESPACE = "demo-lipamita-default-rtdb"

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what one client, one write or one queue may take.

    The first group is Realtime Database's own
    (https://firebase.google.com/docs/database/usage/limits), the second this server's.
    """

    key_bytes: int = 768
    depth: int = 32
    string_bytes: int = 10 * MIB
    rest_write_bytes: int = 256 * MIB
    sdk_write_bytes: int = 16 * MIB
    response_bytes: int = 256 * MIB

    outgoing_bytes: int = 32 * MIB
    namespaces: int = 1000
    watches_per_connection: int = 10_000
    disconnect_writes_per_connection: int = 1000
    rules_bytes: int = 4 * MIB
    denials_kept: int = 200
    triggers: int = 1000
    events_queued: int = 10_000
    events_per_write: int = 1000
    poll_sessions: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to start: port 0 takes a free one; `functions_host` is `host:port` or None."""

    host: str = "127.0.0.1"
    port: int = 9000
    default_namespace: str = DEFAULT_NAMESPACE
    rules_by_namespace: Mapping[str, str] = field(default_factory=dict)
    functions_host: str | None = None
    keep_alive_s: float = 30.0
    delivery_timeout_s: float = 60.0
    limits: Limits = field(default_factory=Limits)
