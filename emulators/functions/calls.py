"""Which function a request means, read from its path as the official emulator reads it.

`/<project>/<region>/<name>[/rest]` is a client's call and the function sees `/rest`;
`/functions/projects/<project>/triggers/<key>` delivers an event or runs a schedule by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulators.functions.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function and the path (still percent-encoded) that it sees."""

    endpoint: Endpoint
    path: str
    as_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchFunction:
    """No function is meant, or an unknown one; `message` is the answer's text."""

    message: str


def find_call(
    raw_path: str, method: str, project: str, endpoints: Iterable[Endpoint]
) -> Call | NoSuchFunction:
    """`raw_path` is the request's path, percent-encoded, without its query."""
    parts = raw_path.split("/")
    by_key = {endpoint.key: endpoint for endpoint in endpoints}
    if parts[1:3] == ["functions", "projects"] and len(parts) >= 6 and parts[4] == "triggers":
        if method != "POST":
            return NoSuchFunction(message="Not Found")
        key, path = "/".join(parts[5:]), "/"
    elif len(parts) >= 4 and parts[1] == project:
        key, path = f"{parts[2]}-{parts[3]}", "/" + "/".join(parts[4:])
    else:
        return NoSuchFunction(message="Not Found")
    endpoint = by_key.get(key)
    if endpoint is None:
        names = ", ".join(sorted(by_key)) or "none, since main.py is not loaded"
        return NoSuchFunction(
            message=f"Function {key} does not exist, valid functions are: {names}"
        )
    return Call(endpoint=endpoint, path=path, as_event=endpoint.kind == "event")
