"""The label of a board, and what is flashed beside it: `python -m tools.label A0B1C2D3E4F5`.

Draws the board's secret, prints the label once, and with --csv writes the settings for ESP-IDF's
nvs_partition_gen.py (namespace `label`). Nothing is kept: who loses the label flashes a new one.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from pathlib import Path

from lipamita.domain.claim import LABEL_SECRET_CHARACTERS, parse_hardware_id
from lipamita.domain.crockford import draw, in_groups
from lipamita.domain.errors import InvalidInputError

GROUP = 4
NETWORK_CHARACTERS = 6


def label_text(hardware_id: str, secret: str) -> str:
    """What is printed. The last line is the content of the QR code: a phone joins the portal."""
    network = f"meter-{hardware_id[-NETWORK_CHARACTERS:]}"
    return "\n".join(
        (
            f"Board   {hardware_id}",
            f"Secret  {in_groups(secret, of=GROUP)}",
            f"Wi-Fi   {network}, password: the secret without dashes",
            f"WIFI:T:WPA;S:{network};P:{secret};;",
        )
    )


def settings_csv(hardware_id: str, secret: str) -> str:
    """For nvs_partition_gen.py."""
    return (
        "key,type,encoding,value\nlabel,namespace,,\n"
        f"hardware_id,data,string,{hardware_id}\nsecret,data,string,{secret}\n"
    )


def main(arguments: list[str]) -> int:
    """The exit status; a wrong number is said on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.label", description=__doc__)
    parser.add_argument("hardware_id", help="the board's MAC address, as esptool prints it")
    parser.add_argument("--csv", type=Path, help="write the settings to flash here")
    asked = parser.parse_args(arguments)
    try:
        hardware_id = parse_hardware_id(asked.hardware_id)
    except InvalidInputError as error:
        print(error.message, file=sys.stderr)
        return 2
    secret = draw(LABEL_SECRET_CHARACTERS, secrets.token_bytes)
    print(label_text(hardware_id, secret))
    if asked.csv is not None:
        only_mine = os.open(asked.csv, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(only_mine, "w") as file:
            file.write(settings_csv(hardware_id, secret))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
