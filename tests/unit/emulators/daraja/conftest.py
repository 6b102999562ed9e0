from collections.abc import Iterator

import pytest

from tests.unit.emulators.daraja.live import Live, Loop, Receiver, start_simulator
from tests.unit.emulators.daraja.shop import Shop, open_shop


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def running(loop: Loop) -> Iterator[Live]:
    receiver = Receiver()
    loop.run(receiver.start())
    server = loop.run(start_simulator())
    live = Live(f"http://{server.host}:{server.port}", receiver)
    yield live
    live.http.close()
    loop.run(server.stop())
    loop.run(receiver.stop())


@pytest.fixture
def live(running: Live) -> Live:
    """The simulator on sockets, as new."""
    running.post("/simulator/reset", {"seed": 1})
    running.receiver.received.clear()
    running.receiver.replies.clear()
    return running
