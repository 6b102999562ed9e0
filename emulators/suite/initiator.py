"""The M-Pesa operator that sends refunds, for functions that run beside the simulator.

Its password is the functions' own (functions/.secret.local); the simulator's certificate changes
with every start, so it is written where the functions read it, and removed with the suite.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=5)


class SimulatedInitiator:
    """The parameters by which functions find the simulator's initiator."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="daraja-")

    async def parameters(self, simulator_url: str) -> dict[str, str]:
        """Name, password and certificate file, as the simulator tells them."""
        url = f"{simulator_url}/simulator/credentials"
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.get(url) as answer:
            told = await answer.json()
        certificate = Path(self._folder.name, "certificate.pem")
        certificate.write_text(told["certificate_pem"], encoding="utf-8")
        return {
            "DARAJA_INITIATOR_NAME": told["initiator_name"],
            "DARAJA_INITIATOR_PASSWORD": told["initiator_password"],
            "DARAJA_CERTIFICATE_FILE": str(certificate),
        }

    def remove(self) -> None:
        """Remove the certificate."""
        self._folder.cleanup()
