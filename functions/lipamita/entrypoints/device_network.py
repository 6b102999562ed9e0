"""Where boards find us, as a claim tells them."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from firebase_functions.params import StringParam

from lipamita.use_cases.claim_ports import DeviceNetwork

DEVICE_API_KEY = StringParam(
    "DEVICE_API_KEY",
    default="",
    description="The web API key that boards sign in with; needed to provision meters",
)


def read_device_network(database_url: str) -> DeviceNetwork:
    """The database and sign-in of this deployment; the emulators' own under them."""
    database, accounts = (
        os.environ.get(name)
        for name in ("FIREBASE_DATABASE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST")
    )
    if not database:
        return DeviceNetwork(
            database_url=database_url,
            database_namespace="",
            auth_url="",
            api_key=DEVICE_API_KEY.value,
        )
    namespace = (urlsplit(database_url).hostname or "").split(".")[0]
    return DeviceNetwork(
        database_url=f"http://{database}",
        database_namespace=namespace,
        auth_url=f"http://{accounts}",
        api_key=DEVICE_API_KEY.value,
    )
