"""Start and stop a Firestore emulator in the running asyncio loop."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import string
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators.firestore.core.databases import Databases
from emulators.firestore.front import Connections, Front
from emulators.firestore.http import HttpCalls
from emulators.firestore.options import Limits, Options
from emulators.firestore.query.index_source import IndexSource

__all__ = ["Limits", "Options", "Running", "start"]

_BACKLOG = 1024
_MARK_BYTES = 8
_TRANSACTION_BYTES = 16
_DOCUMENT_ID_LETTERS = 20
_ALPHANUMERIC = string.ascii_letters + string.digits
# Larger than the largest request, so that our own answer says what the limit is.
_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.server.max_pending_requests", 10_000),
    ("grpc.server.max_pending_requests_hard_limit", 20_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
    ("grpc.keepalive_permit_without_calls", 1),
]


class Running:
    """A server that listens at `host`:`port` until stopped."""

    def __init__(
        self,
        listening: asyncio.Server,
        connections: Connections,
        behind: tuple[Any, web.AppRunner, Path],
    ) -> None:
        self.host, self.port = listening.sockets[0].getsockname()[:2]
        self._listening = listening
        self._connections = connections
        self._grpc_server, self._runner, self._folder = behind

    async def stop(self) -> None:
        """Close everything; what was stored is gone."""
        self._listening.close()
        await self._grpc_server.stop(None)
        self._connections.close()
        await self._runner.cleanup()
        await self._listening.wait_closed()
        shutil.rmtree(self._folder, ignore_errors=True)


async def start(options: Options) -> Running:
    """Bind and listen. Raises OSError for a port in use and IndexFileError for a malformed file."""
    # Programs that the suite starts are exec'd at once; gRPC needs no part in the fork.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
    import grpc  # noqa: PLC0415

    from emulators.firestore.rpc.handlers import handlers  # noqa: PLC0415
    from emulators.firestore.rpc.service import Service  # noqa: PLC0415
    from emulators.firestore.rpc.turns import Turns  # noqa: PLC0415

    indexes = IndexSource(options.indexes_file, checked=options.check_indexes)
    databases = Databases(
        clock=_now_us, new_id=lambda: secrets.token_bytes(_TRANSACTION_BYTES), limits=options.limits
    )
    service = Service(
        databases=databases,
        indexes=indexes,
        turns=Turns(options.patience_s),
        new_document_id=_document_id,
    )
    runner = web.AppRunner(HttpCalls(databases, indexes).application(), access_log=None)
    await runner.setup()
    http = runner.server
    assert http is not None
    folder = Path(tempfile.mkdtemp(prefix="firestore-"))
    socket_path = str(folder / "grpc")
    grpc_server = grpc.aio.server(options=_CHANNEL_OPTIONS)
    grpc_server.add_generic_rpc_handlers((handlers(service, secrets.token_bytes(_MARK_BYTES)),))
    connections = Connections()
    try:
        listening = await asyncio.get_running_loop().create_server(
            lambda: Front(socket_path, http, connections),
            options.host,
            options.port,
            backlog=_BACKLOG,
        )
        grpc_server.add_insecure_port(f"unix:{socket_path}")
        await grpc_server.start()
    except BaseException:
        await runner.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Running(listening, connections, (grpc_server, runner, folder))


def _now_us() -> int:
    return time.time_ns() // 1_000


def _document_id() -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(_DOCUMENT_ID_LETTERS))
