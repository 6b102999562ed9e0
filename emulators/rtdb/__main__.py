"""The server alone, also as the program that firebase-tools starts in place of the official jar.

python -m emulators.rtdb --host H --port P [--functions_emulator_host H
    --functions_emulator_port P] [--single_project_mode Warning] [--watch-parent]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

from emulators.rtdb.options import DEFAULT_NAMESPACE, Options
from emulators.rtdb.server import start

_PARENT_CHECK_S = 0.5


def main() -> int:
    """Serve until SIGINT, SIGTERM or, if told to watch it, the parent's end; 0 always."""
    parent = os.getppid()  # before anything that tells the parent we are ready
    arguments = _arguments().parse_args()
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    asyncio.run(_serve(arguments, parent))
    return 0


async def _serve(arguments: argparse.Namespace, parent: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = await start(_options(arguments))
    print(f"Listening at {running.host}:{running.port}", flush=True)
    watcher = asyncio.create_task(_watch(parent, stopped)) if arguments.watch_parent else None
    await stopped.wait()
    if watcher is not None:
        watcher.cancel()
    await running.stop()


async def _watch(parent: int, stopped: asyncio.Event) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_CHECK_S)
    stopped.set()


def _options(arguments: argparse.Namespace) -> Options:
    functions = None
    if arguments.functions_emulator_port is not None:
        functions = f"{arguments.functions_emulator_host}:{arguments.functions_emulator_port}"
    return Options(
        host=arguments.host,
        port=arguments.port,
        default_namespace=arguments.default_namespace,
        functions_host=functions,
        keep_alive_s=arguments.keep_alive_s,
    )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emulators.rtdb", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free port")
    parser.add_argument("--functions_emulator_host", default="127.0.0.1")
    parser.add_argument("--functions_emulator_port", type=int)
    parser.add_argument("--single_project_mode", help="accepted, without effect")
    parser.add_argument("--default-namespace", default=DEFAULT_NAMESPACE)
    parser.add_argument("--keep-alive-s", type=float, default=30.0)
    parser.add_argument("--watch-parent", action="store_true", help="stop when the parent ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
