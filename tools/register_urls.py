"""Tell Safaricom where payments by hand are reported: ``make register-urls PROJECT=...``.

Needs the parameters of functions/.env.PROJECT and the secrets in the environment (or, on a local
machine, in functions/.secret.local). In production this can be done once; changing the addresses
later means deleting them on the Daraja portal first.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lipamita.adapters.c2b_wire import REGISTERED
from lipamita.adapters.daraja_http import DarajaHttp
from lipamita.domain.ids import path_key
from lipamita.entrypoints import wiring

from tools.deploy import read_env

LOCAL_SECRETS = Path("functions/.secret.local")


def main() -> int:
    """0 when Safaricom accepted the addresses."""
    parser = argparse.ArgumentParser(prog="make register-urls PROJECT=...", description=__doc__)
    parser.add_argument("project")
    project: str = parser.parse_args().project
    env_file = Path("functions", f".env.{project}")
    if not env_file.is_file():
        print(f"{env_file} is missing", file=sys.stderr)
        return 1
    local = read_env(LOCAL_SECRETS) if LOCAL_SECRETS.is_file() else {}
    for name, value in {**read_env(env_file), **local, "GCLOUD_PROJECT": project}.items():
        os.environ.setdefault(name, value)
    world = wiring.world()
    assert isinstance(world.daraja, DarajaHttp)
    urls = {
        name: f"{world.public_base_url}/daraja/c2b/{name}/{key}"
        for name in ("validation", "confirmation")
        if (key := path_key(world.callback_secret, f"c2b|{name}"))
    }
    said = world.daraja.register_urls(
        validation_url=urls["validation"], confirmation_url=urls["confirmation"]
    )
    print(said)
    return 0 if said == REGISTERED else 1


if __name__ == "__main__":
    sys.exit(main())
