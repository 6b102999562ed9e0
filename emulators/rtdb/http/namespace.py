"""Which database a request means: `ns`, else the first label of its host name, else the default.

A host name counts if it is Firebase's, or if its first label names a database there is: a
computer's own name (`desk.local`) means the default.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from emulators.rtdb.errors import RequestError

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HOST = re.compile(r"([A-Za-z0-9-]+)((?:\.[A-Za-z0-9-]+)+)(?::\d+)?")
_FIREBASE_DOMAINS = (".firebaseio.com", ".firebasedatabase.app")


def namespace_of(
    parameters: Mapping[str, str], host: str, default: str, known: Container[str]
) -> str:
    """The namespace's name; RequestError if `ns` cannot be one."""
    name = parameters.get("ns")
    if name:
        if not _NAME.fullmatch(name):
            raise RequestError("ns must be the name of a database")
        return name
    match = _HOST.fullmatch(host)
    if match and (match.group(1) in known or match.group(2).endswith(_FIREBASE_DOMAINS)):
        return match.group(1)
    return default
