"""The long-polling transport: `/.lp`, scripts run in an iframe of the page.

A browser uses it when its last attempt at a socket did not prove healthy, then moves to a socket
(firebase-js-sdk realtime/TransportManager.ts).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import secrets
from collections.abc import Mapping

from emulators.rtdb.core.database import Database
from emulators.rtdb.errors import RequestError, TooLargeError
from emulators.rtdb.http import answers
from emulators.rtdb.http.request import Response
from emulators.rtdb.wire.poll_session import PollSession
from emulators.rtdb.wire.session import Session

_log = logging.getLogger("emulators.rtdb.wire")

POLL_TIMEOUT_S = 20.0
ABSENT_TIMEOUT_S = 45.0
_SCRIPT = "application/javascript; charset=utf-8"
_PAGE = "text/html; charset=utf-8"
_CALLBACK = re.compile(r"[0-9]{0,12}")
_CLOSE = 'pLPCommand("close");'
_START = """function pLPCommand(c, a, b) {{ parent.window["pLPCommand{n}"](c, a, b); }}
function pRTLPCB(n, d) {{ parent.window["pRTLPCB{n}"](n, d); }}
pLPCommand("start", {poll_id}, {password});
{first}
"""
_LEAVE = """<!doctype html><script>
addEventListener("pagehide", function () {{
  navigator.sendBeacon("/.lp?disconn=t&id=" + {poll_id} + "&pw=" + {password});
}});
</script>
"""


class LongPolling:
    """All long-polling sessions of a server, at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_id: dict[str, PollSession] = {}
        self._absent: dict[str, asyncio.TimerHandle] = {}

    async def answer(
        self, parameters: Mapping[str, str], host: str, database: Database
    ) -> Response:
        """The script or page for a request; RequestError if it is malformed."""
        if parameters.get("start") == "t":
            return self._start(parameters, host, database)
        poll = self._known(parameters)
        if poll is None:
            return answers.text(_SCRIPT, _CLOSE)
        if parameters.get("dframe") == "t":
            return answers.text(_PAGE, _LEAVE.format_map(_secrets(poll)))
        if parameters.get("disconn") == "t":
            self._end(poll)
            return answers.text(_SCRIPT, "")
        return await self._poll(poll, parameters, database)

    def find(self, session_id: str) -> PollSession | None:
        """The session a socket wants to take over."""
        return self._by_id.get(session_id)

    def close(self) -> None:
        """End all sessions."""
        for poll in list(self._by_id.values()):
            self._end(poll)

    def _start(self, parameters: Mapping[str, str], host: str, database: Database) -> Response:
        callback = parameters.get("cb", "")
        if not _CALLBACK.fullmatch(callback):
            raise RequestError("cb must be a number")
        if len(self._by_id) >= self._most:
            raise TooLargeError(f"More than {self._most} long-polling clients")
        most_waiting = database.limits.outgoing_bytes
        poll = PollSession(secrets.token_urlsafe(12), secrets.token_urlsafe(12), most_waiting)
        poll.session = Session(poll.poll_id, database, poll)
        poll.session.open(host)
        self._by_id[poll.poll_id] = poll
        self._expect_poll(poll)
        values = _secrets(poll) | {"n": callback, "first": poll.script()}
        return answers.text(_SCRIPT, _START.format_map(values))

    async def _poll(
        self, poll: PollSession, parameters: Mapping[str, str], database: Database
    ) -> Response:
        self._expect_poll(poll)
        try:
            if poll.overflowed:
                raise TooLargeError("The client polls too slowly")
            poll.feed(parameters, database.limits.sdk_write_bytes)
        except RequestError as error:
            _log.warning("long polling ended: %s", error)
            self._end(poll)
            return answers.text(_SCRIPT, _CLOSE)
        script = await poll.response(POLL_TIMEOUT_S)
        if poll.drained:
            self._forget(poll)
            if poll.closed:
                script += _CLOSE
        else:
            self._expect_poll(poll)
        return answers.text(_SCRIPT, script)

    def _known(self, parameters: Mapping[str, str]) -> PollSession | None:
        poll = self._by_id.get(parameters.get("id", ""))
        given = parameters.get("pw", "").encode()
        if poll is None or not hmac.compare_digest(poll.password.encode(), given):
            return None
        return poll

    def _expect_poll(self, poll: PollSession) -> None:
        """Give the client time to poll again, beyond which it is taken to have left."""
        handle = self._absent.pop(poll.poll_id, None)
        if handle is not None:
            handle.cancel()
        later = asyncio.get_running_loop().call_later(ABSENT_TIMEOUT_S, self._end, poll)
        self._absent[poll.poll_id] = later

    def _end(self, poll: PollSession) -> None:
        """The client has left; a session that moved to a socket lives on there."""
        self._forget(poll)
        if not poll.closed and not poll.switched and poll.session is not None:
            poll.session.closed()
        poll.close()

    def _forget(self, poll: PollSession) -> None:
        self._by_id.pop(poll.poll_id, None)
        handle = self._absent.pop(poll.poll_id, None)
        if handle is not None:
            handle.cancel()


def _secrets(poll: PollSession) -> dict[str, str]:
    return {"poll_id": json.dumps(poll.poll_id), "password": json.dumps(poll.password)}
