"""Which database a request means: `ns`, else the first label of its host name, else the default."""

from __future__ import annotations

import re
from collections.abc import Mapping

from emulators.rtdb.errors import RequestError

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HOST = re.compile(r"([A-Za-z0-9-]+)(?:\.[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*)+(?::\d+)?")


def namespace_of(parameters: Mapping[str, str], host: str, default: str) -> str:
    """The namespace's name; RequestError if `ns` cannot be one."""
    name = parameters.get("ns")
    if name:
        if not _NAME.fullmatch(name):
            raise RequestError("ns must be the name of a database")
        return name
    match = _HOST.fullmatch(host)
    return match.group(1) if match else default
