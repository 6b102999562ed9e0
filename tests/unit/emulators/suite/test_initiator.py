"""Functions beside the simulator can send refunds: its initiator is named to them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cryptography import x509

from emulators.daraja.server import Options, start
from emulators.suite.initiator import SimulatedInitiator

GIVEN = {"DARAJA_INITIATOR_PASSWORD": "the functions' own"}


async def _parameters(initiator: SimulatedInitiator) -> dict[str, str]:
    running = await start(Options(port=0, environment=GIVEN))
    try:
        return await initiator.parameters(f"http://{running.host}:{running.port}")
    finally:
        await running.stop()


def test_the_initiator_has_the_functions_password_and_a_certificate_that_is_removed() -> None:
    initiator = SimulatedInitiator()
    told = asyncio.run(_parameters(initiator))
    certificate = Path(told.pop("DARAJA_CERTIFICATE_FILE"))
    assert told == {"DARAJA_INITIATOR_NAME": "testapi", **GIVEN}
    assert x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number == 1
    initiator.remove()
    assert not certificate.exists()
