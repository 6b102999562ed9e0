"""``make meter``: run one virtual meter of the demo estate against running emulators."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import requests

from tools.lab.meter import Meter, MeterSettings
from tools.lab.stack import read_secrets

HUB = "http://127.0.0.1:4400"
NAMESPACE = "demo-lipamita-default-rtdb"


def main() -> int:
    """Run until Ctrl-C. Its storage is new each time, as the emulators' database is."""
    parser = argparse.ArgumentParser(prog="python -m tools.meter", description=__doc__)
    parser.add_argument("meter_id", nargs="?", default="MTR-001")
    parser.add_argument("--load-w", type=int, default=400, help="what hangs on it (default 400)")
    parser.add_argument("--time-scale", type=int, default=1, help="energy flows this much faster")
    given = parser.parse_args()
    try:
        emulators = requests.get(f"{HUB}/emulators", timeout=(2, 5)).json()
    except requests.RequestException:
        print("No emulators answer; start them first: make emulators", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="lipamita-meter-") as store:
        meter = Meter(
            MeterSettings(
                meter_id=given.meter_id,
                database_url=_url(emulators["database"]),
                namespace=NAMESPACE,
                auth_url=_url(emulators["auth"]),
                master_secret=read_secrets()["DEVICE_MASTER_SECRET"],
                store_dir=Path(store),
                load_w=given.load_w,
                time_scale=given.time_scale,
            ),
            echo=lambda line: print(line, flush=True),
        )
        try:
            return meter.process.wait_for_end(limit_s=float("inf"))
        except KeyboardInterrupt:
            meter.stop()
            return 0


def _url(emulator: dict[str, object]) -> str:
    return f"http://{emulator['host']}:{emulator['port']}"


if __name__ == "__main__":
    sys.exit(main())
