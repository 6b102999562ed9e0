"""Function triggers as registered by the functions emulator (first and second generation).

firebase-tools src/emulator/functionsEmulator.ts addRealtimeDatabaseTrigger
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Any

from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.tree.path import Path

_EVENT = re.compile(
    r"(?:providers/google\.firebase\.database/eventTypes/ref|google\.firebase\.database\.ref\.v1)"
    r"\.(write|create|update|delete|written|created|updated|deleted)"
)
_NAME = re.compile(r"projects/([^/]+)/locations/([^/]+)/(?:functions|triggers)/([^/]+)")
_KINDS = {"written": "write", "created": "create", "updated": "update", "deleted": "delete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One registration. `kind` is write, create, update or delete; `version` 1 or 2.

    `pattern` has literal keys and captures (`{x}`, `*`, `{x=*}`); `namespace` is a glob.
    """

    name: str
    project: str
    location: str
    key: str
    namespace: str
    pattern: Path
    event: str
    kind: str
    version: int

    @property
    def url_path(self) -> str:
        """Where the functions emulator takes the event."""
        return f"/functions/projects/{self.project}/triggers/{self.key}"


def parse_trigger(body: Any, namespace: str | None) -> Trigger:
    """The trigger of a registration request; `namespace` is its `ns` parameter, if it has one."""
    fields = {name: _text(body, name) for name in ("name", "path", "event")}
    name, event = _NAME.fullmatch(fields["name"]), _EVENT.fullmatch(fields["event"])
    if name is None or event is None:
        raise RequestError("Invalid trigger: unknown form of name or event")
    kind = _KINDS.get(event.group(1), event.group(1))
    version = 1 if fields["event"].startswith("providers/") else 2
    instance = body.get("namespacePattern") if version == 2 else None
    return Trigger(
        name=fields["name"],
        project=name.group(1),
        location=name.group(2),
        key=name.group(3),
        namespace=instance if isinstance(instance, str) and instance else namespace or "*",
        pattern=tuple(key for key in fields["path"].split("/") if key),
        event=fields["event"],
        kind=kind,
        version=version,
    )


class Triggers:
    """All registrations, by name; the same name registers anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_name: dict[tuple[str, str], Trigger] = {}

    def add(self, trigger: Trigger) -> None:
        key = (trigger.name, trigger.namespace if trigger.version == 1 else "")
        if key not in self._by_name and len(self._by_name) >= self._most:
            raise TooLargeError(f"More than {self._most} triggers")
        self._by_name[key] = trigger

    def of(self, namespace: str) -> list[Trigger]:
        """The triggers that watch this namespace."""
        return [
            trigger
            for trigger in self._by_name.values()
            if fnmatch.fnmatchcase(namespace, trigger.namespace)
        ]


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise RequestError(f"Invalid trigger: {name} must be a string")
    return value
