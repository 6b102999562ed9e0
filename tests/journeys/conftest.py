"""A whole system of its own for every journey, and the judge that looks at it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.sms_gateway import SmsGateway, sms_gateway
from tests.journeys.judge import check_invariant
from tools.lab.meter import METERSIM
from tools.lab.stack import Stack, start_apart


@pytest.fixture
def stack(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Simulator, suite and functions on free ports; the invariant must hold at the end."""
    assert METERSIM.exists(), "build the virtual meter first: make firmware"
    running = start_apart(tmp_path)
    try:
        yield running
        check_invariant(running)
    except BaseException:
        _show(running)
        raise
    finally:
        running.stop()
        if request.session.testsfailed:
            _show(running)


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with sms_gateway() as gateway:
        yield gateway


@contextmanager
def telling(folder: Path, gateway: SmsGateway, **environment: str) -> Iterator[Stack]:
    """A system of its own that tells tenants by SMS; the invariant must hold at the end."""
    sms = {"CUSTOMER_CHANNELS": "sms", "SMS_BASE_URL": gateway.url, "SMS_USERNAME": "estate"}
    running = start_apart(folder, environment={**sms, **environment})
    try:
        yield running
        check_invariant(running)
    finally:
        running.stop()


def _show(stack: Stack) -> None:
    for process in [*stack.processes, *(meter.process for meter in stack.meters)]:
        print(f"--- {process.name}")
        print("\n".join(process.lines()[-40:]))
