"""A REST request, taken apart: what the URL, the headers and the method ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from emulators.rtdb.errors import RequestError

METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "HEAD"})
_OVERRIDE = "x-http-method-override"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`path` is percent-decoded, `headers` are found by any spelling, `body` is complete."""

    method: str
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def wants(self, name: str) -> bool:
        """Whether a parameter is `true`."""
        return self.parameters.get(name) == "true"

    @property
    def streams(self) -> bool:
        return self.method == "GET" and "text/event-stream" in self.headers.get("accept", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Status, headers in the spelling they are sent with, body."""

    status: int = 200
    headers: Mapping[str, str]
    body: bytes = b""


def parse_target(target: str) -> tuple[str, dict[str, str]]:
    """Decoded path and parameters (the last of a name counts) of a request target."""
    path, _, query = target.partition("#")[0].partition("?")
    parameters: dict[str, str] = {}
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.replace("+", " ").partition("=")
            parameters[_decoded(name)] = _decoded(value)
    return _decoded(path), parameters


def effective_method(method: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The method after a POST's override; RequestError for one that does not exist here."""
    if method == "POST":
        method = headers.get(_OVERRIDE) or parameters.get(_OVERRIDE) or method
    method = method.upper()
    if method not in METHODS:
        raise RequestError(f"Method {method[:20]!r} is not supported")
    return method


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError("Invalid path: not UTF-8 after percent-decoding") from None
