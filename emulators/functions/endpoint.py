"""What one function declares: where it is called and what calls it.

The worker reads this from `__firebase_endpoint__` (firebase-functions `private/manifest.py`) and
writes it as JSON; the parent reads it back here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

Kind = Literal["http", "callable", "task", "schedule", "event", "blocking"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_REGION = "us-central1"
DEFAULT_TIMEOUT_S = 60
DATABASE_EVENT = "google.firebase.database."


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One function in one region. Only the fields of its kind are set."""

    name: str
    region: str
    kind: Kind
    timeout_s: int = DEFAULT_TIMEOUT_S
    event_type: str | None = None
    reference: str | None = None
    instance: str | None = None
    schedule: str | None = None
    time_zone: str | None = None
    tiny_cpu: bool = False

    @property
    def is_background(self) -> bool:
        """Called by events or by the clock, never by a client's URL."""
        return self.kind in {"event", "schedule"}

    @property
    def key(self) -> str:
        """The official trigger key: background functions carry their generation, always 0."""
        return f"{self.region}-{self.name}-0" if self.is_background else self.identity

    @property
    def identity(self) -> str:
        """`<region>-<name>`."""
        return f"{self.region}-{self.name}"

    @property
    def watches_database(self) -> bool:
        """Whether the Realtime Database has to know of it."""
        return (self.event_type or "").startswith(DATABASE_EVENT)

    def to_wire(self) -> dict[str, object]:
        """JSON for the parent and for GET /backends."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_wire(cls, wire: Mapping[str, object]) -> Endpoint:
        """Read what `to_wire` wrote. Raises ValueError on anything else."""
        kind = next((kind for kind in KINDS if kind == wire.get("kind")), None)
        if kind is None:
            raise ValueError(f"unknown kind of function: {wire.get('kind')!r}")
        timeout_s = wire.get("timeout_s")
        return cls(
            name=str(wire["name"]),
            region=str(wire["region"]),
            kind=kind,
            timeout_s=timeout_s if isinstance(timeout_s, int) else DEFAULT_TIMEOUT_S,
            event_type=_text(wire.get("event_type")),
            reference=_text(wire.get("reference")),
            instance=_text(wire.get("instance")),
            schedule=_text(wire.get("schedule")),
            time_zone=_text(wire.get("time_zone")),
            tiny_cpu=wire.get("tiny_cpu") is True,
        )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
