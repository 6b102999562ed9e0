"""The emulator alone, also as the program that firebase-tools starts in place of the official jar.

python -m emulators.firestore --host H --port P [--indexes firestore.indexes.json]
    [--seed_from_export EXPORT] [--watch-parent] [what firebase-tools says besides]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

from emulators.firestore.server import Options, Running, start

_PARENT_CHECK_S = 0.5
_IMPORT_TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)
_WITHOUT_EFFECT = (
    *("rules", "websocket_port", "webchannel_port", "database-edition", "functions_emulator"),
    *("project_id", "single_project_mode"),
)


def main() -> int:
    """Serve until told to end, or until the parent ends; 0 unless the seed cannot be read."""
    parent = os.getppid()  # before anything that tells the parent we are ready
    return asyncio.run(_serve(_arguments().parse_args(), parent))


async def _serve(given: argparse.Namespace, parent: int) -> int:
    running = await start(Options(host=given.host, port=given.port, indexes_file=given.indexes))
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    watcher = asyncio.create_task(_watch(parent, ended)) if given.watch_parent else None
    refused = await _seed(running, given.seed_from_export) if given.seed_from_export else None
    if refused is None:
        print(f"FIRESTORE_EMULATOR_HOST={running.host}:{running.port}", flush=True)
        await ended.wait()
    else:
        print(refused, file=sys.stderr, flush=True)
    if watcher is not None:
        watcher.cancel()
    await running.stop()
    return 0 if refused is None else 1


async def _seed(running: Running, named: Path) -> str | None:
    """Load the export in whose folder the named file would be; why not, or None."""
    folder = named.parent.resolve()
    body = {"export_directory": str(folder.parent), "export_name": folder.name}
    url = f"http://{running.host}:{running.port}/emulator/v1/projects/any:import"
    async with (
        aiohttp.ClientSession(timeout=_IMPORT_TIMEOUT) as session,
        session.post(url, json=body) as answer,
    ):
        return None if answer.ok else f"{folder}: {await answer.text()}"


async def _watch(parent: int, ended: asyncio.Event) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_CHECK_S)
    ended.set()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators.firestore", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="default %(default)s")
    add("--port", type=int, default=8080, help="0 takes a free one (default %(default)s)")
    add("--indexes", type=Path, default=Path("firestore.indexes.json"), help="default %(default)s")
    add("--seed_from_export", type=Path, help="a file in the folder of our export")
    add("--watch-parent", action="store_true", help="stop when the parent ends")
    for name in _WITHOUT_EFFECT:
        add(f"--{name}", help="accepted, without effect")
    return parser


if __name__ == "__main__":
    sys.exit(main())
