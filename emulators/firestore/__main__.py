"""`python -m emulators.firestore [--port N]`: this emulator alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

from emulators.firestore.server import Options, start


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m emulators.firestore", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="default %(default)s")
    add("--port", type=int, default=8080, help="0 takes a free one (default %(default)s)")
    add("--indexes", type=Path, default=Path("firestore.indexes.json"), help="default %(default)s")
    given = parser.parse_args()
    options = Options(host=given.host, port=given.port, indexes_file=given.indexes)
    asyncio.run(_serve(options))


async def _serve(options: Options) -> None:
    running = await start(options)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    print(f"FIRESTORE_EMULATOR_HOST={running.host}:{running.port}", flush=True)
    await ended.wait()
    await running.stop()


if __name__ == "__main__":
    main()
