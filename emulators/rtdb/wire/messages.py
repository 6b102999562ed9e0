"""The messages of protocol version 5: control (`c`) and data (`d`) envelopes.

firebase-js-sdk packages/database/src/realtime/Connection.ts and core/PersistentConnection.ts.
"""

from __future__ import annotations

from typing import Any

from emulators.rtdb import json_text
from emulators.rtdb.core.changes import Change
from emulators.rtdb.errors import RequestError
from emulators.rtdb.tree.to_json import export
from emulators.rtdb.wire.frames import Outgoing

VERSION = "5"
_ENCODING = "wire"


def control(kind: str, data: Any) -> Outgoing:
    """A control message: `h` hello, `a` switch, `n` end, `o` pong, `e` error, `s` shutdown."""
    return _outgoing("c", {"t": kind, "d": data})


def hello(host: str, session_id: str, now_ms: int) -> Outgoing:
    """What the server says first; `host` is where the client shall connect from now on."""
    return control("h", {"ts": now_ms, "v": VERSION, "h": host, "s": session_id})


def reply(number: Any, status: str, data: Any) -> Outgoing:
    """The answer to request `number`."""
    return _outgoing("d", {"r": number, "b": {"s": status, "d": data}})


def push(action: str, body: dict[str, Any]) -> Outgoing:
    """Something the server says unasked."""
    return _outgoing("d", {"a": action, "b": body})


def change_push(change: Change, tag: int | None) -> Outgoing:
    """A change as `d` or `m`; without a tag the same for all listeners of the place."""
    if tag is not None:
        return _change(change, tag)
    made: Outgoing | None = change.encoded.get(_ENCODING)
    if made is None:
        made = change.encoded[_ENCODING] = _change(change, None)
    return made


def parse_message(text: str) -> tuple[str, dict[str, Any]]:
    """The envelope's type (`c` or `d`) and its content; RequestError if it is neither."""
    message = json_text.read(text)
    if isinstance(message, dict) and message.get("t") in ("c", "d"):
        content = message.get("d")
        if isinstance(content, dict):
            return message["t"], content
    raise RequestError("Not a message of this protocol")


def _change(change: Change, tag: int | None) -> Outgoing:
    body: dict[str, Any] = {"p": "/".join(change.place + change.path)}
    if change.merge:
        body["d"] = {"/".join(path): export(node) for path, node in change.values.items()}
    else:
        body["d"] = export(change.value)
    if tag is not None:
        body["t"] = tag
    return push("m" if change.merge else "d", body)


def _outgoing(kind: str, content: dict[str, Any]) -> Outgoing:
    return Outgoing(json_text.write_ascii({"t": kind, "d": content}))
