"""A polling client that stops asking has left."""

from __future__ import annotations

import asyncio
import re

import pytest

from emulators.rtdb.core.database import Database
from emulators.rtdb.core.principal import ADMIN
from emulators.rtdb.core.watch import Watch
from emulators.rtdb.options import Limits
from emulators.rtdb.wire import long_polling
from emulators.rtdb.wire.long_polling import LongPolling


class Heard:
    """Tells when a place has changed."""

    def __init__(self) -> None:
        self.happened = asyncio.Event()

    def changed(self, _watch: object, _change: object) -> None:
        self.happened.set()

    def revoked(self, _watch: object) -> None:
        raise AssertionError

    def credential_expired(self, _watch: object) -> None:
        raise AssertionError


def test_a_client_that_stops_polling_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_polling, "POLL_TIMEOUT_S", 0.01)
    monkeypatch.setattr(long_polling, "ABSENT_TIMEOUT_S", 0.05)

    async def scenario() -> None:
        database = Database("t", limits=Limits())
        polls = LongPolling(10)
        script = (await polls.answer({"start": "t"}, "host", database)).body.decode()
        match = re.search(r'pLPCommand\("start", "([^"]+)", "([^"]+)"\);', script)
        assert match is not None
        secret = {"id": match.group(1), "pw": match.group(2)}
        poll = polls.find(match.group(1))
        assert poll is not None
        poll.receive('{"t":"d","d":{"r":1,"a":"o","b":{"p":"/left","d":true}}}')
        heard = Heard()
        database.watch(Watch(("left",), None, ADMIN, heard))
        assert (await polls.answer(secret, "host", database)).body.startswith(b"pRTLPCB(1,[")
        assert not heard.happened.is_set()
        async with asyncio.timeout(5):
            await heard.happened.wait()
        assert polls.find(match.group(1)) is None
        assert (await polls.answer(secret, "host", database)).body == b'pLPCommand("close");'

    asyncio.run(scenario())


def test_the_password_must_be_right() -> None:
    async def scenario() -> None:
        database = Database("t", limits=Limits())
        polls = LongPolling(10)
        script = (await polls.answer({"start": "t"}, "host", database)).body.decode()
        match = re.search(r'pLPCommand\("start", "([^"]+)"', script)
        assert match is not None
        wrong = {"id": match.group(1), "pw": "wrong", "disconn": "t"}
        assert (await polls.answer(wrong, "host", database)).body == b'pLPCommand("close");'
        assert polls.find(match.group(1)) is not None
        polls.close()

    asyncio.run(scenario())
