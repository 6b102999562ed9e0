"""python -m emulators.daraja --port 9190: the simulator alone, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
import sys

from emulators.daraja.server import Options, start


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m emulators.daraja", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9190, help="0 for a free one")
    parser.add_argument("--seed", type=int, default=1, help="ids and keys follow from it")
    parser.add_argument("--organisation", default="LIPAMITA", help="the name in the prompt")
    parser.add_argument(
        "--allow-local-callbacks",
        action="store_true",
        help="take http and loopback URLs, which Daraja refuses",
    )
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Options(**vars(arguments))))


async def _serve(options: Options) -> None:
    running = await start(options)
    sys.stdout.write(f"Daraja simulator: http://{running.host}:{running.port}/ (phone page)\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()
    await running.stop()


if __name__ == "__main__":
    main()
