"""One client of the WebSocket protocol, whatever carries its messages: requests in, pushes out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ANONYMOUS
from emulators.rtdb.core.write import Write, merge, replace
from emulators.rtdb.credentials import overridden, principal_of
from emulators.rtdb.errors import (
    ConflictError,
    CredentialError,
    PermissionDeniedError,
    RequestError,
    TooLargeError,
)
from emulators.rtdb.query.wire import parse_query
from emulators.rtdb.tree.hash import node_hash
from emulators.rtdb.tree.path import Path, parse_path
from emulators.rtdb.tree.to_json import export
from emulators.rtdb.wire.frames import Outgoing
from emulators.rtdb.wire.listens import Listens, parse_listen
from emulators.rtdb.wire.messages import control, hello, parse_message, push, reply
from emulators.rtdb.wire.on_disconnect import OnDisconnect

_log = logging.getLogger("emulators.rtdb.wire")

_STATUS: dict[type[Exception], tuple[str, str | None]] = {
    PermissionDeniedError: ("permission_denied", None),
    ConflictError: ("datastale", "Transaction hash does not match"),
    TooLargeError: ("too_big", None),
    CredentialError: ("invalid_token", None),
    RequestError: ("failure", None),
}
_EXPIRED = "Auth token is expired."

Body = dict[str, Any]


class Channel(Protocol):
    """What carries a session's messages to its client."""

    def send(self, message: Outgoing) -> None:
        """Queue a message; never waits."""

    def close(self) -> None:
        """Close when what is queued has been sent."""


class Session:
    """Answers one client. `channel` may be exchanged while it lives (long polling to socket)."""

    def __init__(self, session_id: str, database: Database, channel: Channel) -> None:
        self.session_id = session_id
        self.channel = channel
        self._database = database
        self._who = ANONYMOUS
        self._expired = False
        self._listens = Listens(database, self.send, self._credential_expired)
        limits = database.limits
        self._on_disconnect = OnDisconnect(limits.disconnect_writes_per_connection)
        self._max_write = limits.sdk_write_bytes

    def send(self, message: Outgoing) -> None:
        self.channel.send(message)

    def open(self, host: str) -> None:
        """Greet the client; `host` is the name by which it reached the server."""
        self.send(hello(host, self.session_id, self._database.now_ms()))

    def receive(self, text: str) -> None:
        """Handle a whole message; RequestError if it is not of this protocol."""
        kind, content = parse_message(text)
        if kind == "c":
            self.receive_control(content)
        else:
            self._request(content, len(text))

    def receive_control(self, content: Body) -> None:
        """Answer a ping; other control messages matter to the transport alone."""
        if content.get("t") == "p":
            self.send(control("o", None))

    def closed(self) -> None:
        """The connection has ended: make the writes left for this, with the last credentials."""
        self._listens.stop_all()
        for write in self._on_disconnect.take():
            try:
                self._database.write(write, self._who)
            except (PermissionDeniedError, RequestError) as error:
                _log.warning("on disconnect write refused: %s", error)

    def _request(self, content: Body, size: int) -> None:
        number, action, body = content.get("r"), content.get("a"), content.get("b")
        handler = _ACTIONS.get(action) if isinstance(action, str) else None
        if not isinstance(number, int) or not isinstance(body, dict):
            raise RequestError("Not a request of this protocol")
        if handler is None:
            self.send(reply(number, "failure", f"Unknown action {str(action)[:40]!r}"))
            return
        try:
            if size > self._max_write:
                raise TooLargeError(f"The request is larger than {self._max_write} bytes")
            data = handler(self, body)
        except tuple(_STATUS) as error:
            status, text = _STATUS[type(error)]
            self.send(reply(number, status, text or str(error)))
            return
        self.send(reply(number, "ok", data))

    def _listen(self, body: Body) -> Any:
        warnings = self._listens.start(parse_listen(body, _path(body)), self._who)
        return {"w": warnings} if warnings else {}

    def _unlisten(self, body: Body) -> Any:
        self._listens.stop(parse_listen(body, _path(body)).key)
        return {}

    def _get(self, body: Body) -> Any:
        path, asked = _path(body), body.get("q")
        query = parse_query(asked) if asked else None
        if query is not None:
            self._database.require_index(path, query)
        return export(self._database.read(path, self._who, query))

    def _put(self, body: Body) -> Any:
        known = body.get("h")
        if known is not None and not isinstance(known, str):
            raise RequestError("A hash must be a string")
        expected = None if known is None else (lambda node: node_hash(node) == known)
        self._database.write(_replace(body), self._who, expected=expected)
        return ""

    def _merge(self, body: Body) -> Any:
        self._database.write(_merge(body), self._who)
        return ""

    def _leave_put(self, body: Body) -> Any:
        self._on_disconnect.add(_replace(body))
        return ""

    def _leave_merge(self, body: Body) -> Any:
        self._on_disconnect.add(_merge(body))
        return ""

    def _leave_nothing(self, body: Body) -> Any:
        self._on_disconnect.cancel(_path(body))
        return ""

    def _sign_in(self, body: Body) -> Any:
        credential = body.get("cred")
        if not isinstance(credential, str):
            raise CredentialError("The credential must be a string")
        who = principal_of(credential)
        if who.admin and body.get("noauth") is True:
            who = ANONYMOUS
        elif who.admin and "authvar" in body:
            who = overridden(body["authvar"])
        self._who = who
        self._expired = False
        self._listens.renew(who)
        return {"auth": dict(who.auth) if who.auth is not None else None}

    def _sign_out(self, _body: Body) -> Any:
        self._who = ANONYMOUS
        self._listens.renew(self._who)
        return {}

    def _ignore(self, _body: Body) -> Any:
        return {}

    def _credential_expired(self) -> None:
        if not self._expired:
            self._expired = True
            self.send(push("ac", {"s": "expired_token", "d": _EXPIRED}))


def _path(body: Body) -> Path:
    return parse_path(_text(body, "p"), priority_allowed=False)


def _replace(body: Body) -> Write:
    return replace(parse_path(_text(body, "p"), priority_allowed=True), body.get("d"))


def _merge(body: Body) -> Write:
    values = body.get("d")
    if not isinstance(values, dict):
        raise RequestError("A merge needs an object of values by path")
    return merge(_path(body), values)


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise RequestError(f"{name} must be a string")
    return value


_ACTIONS: dict[str, Callable[[Session, Body], Any]] = {
    "q": Session._listen,
    "l": Session._listen,
    "n": Session._unlisten,
    "u": Session._unlisten,
    "g": Session._get,
    "p": Session._put,
    "m": Session._merge,
    "o": Session._leave_put,
    "om": Session._leave_merge,
    "oc": Session._leave_nothing,
    "auth": Session._sign_in,
    "gauth": Session._sign_in,
    "unauth": Session._sign_out,
    "s": Session._ignore,
    "appcheck": Session._ignore,
    "unappeck": Session._ignore,
    "unappcheck": Session._ignore,
}
