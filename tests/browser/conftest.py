"""A whole system for every test, and one browser for all of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.phone import Phone
from tests.journeys.judge import check_invariant
from tools.lab.meter import METERSIM
from tools.lab.process import Process
from tools.lab.stack import Stack, start_apart

HERE = Path(__file__).resolve().parent
START_LIMIT_S = 20.0
LISTENING = "listening "


@pytest.fixture(scope="session")
def driver_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A headless Chromium, waiting for orders."""
    chromium = shutil.which("chromium")
    assert chromium, "Debian's chromium is missing: make setup"
    assert (HERE / "node_modules").is_dir(), "npm packages are missing: make setup"
    public = json.loads((pytestconfig.rootpath / "firebase.json").read_text())["hosting"]["public"]
    page = pytestconfig.rootpath / public / "index.html"
    assert page.is_file(), f"{public} has no page: npm --prefix dashboard run build"
    driver = Process("browser", ["node", HERE / "driver.mjs", chromium])
    try:
        line, _ = driver.wait_for_line(
            lambda said: said.startswith(LISTENING), limit_s=START_LIMIT_S
        )
        yield f"http://127.0.0.1:{line.removeprefix(LISTENING)}/"
    finally:
        driver.stop()


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Simulator, suite and functions on free ports; the invariant must hold at the end."""
    assert METERSIM.exists(), "build the virtual meter first: make firmware"
    running = start_apart(tmp_path)
    try:
        yield running
        check_invariant(running)
    except BaseException:
        for process in [*running.processes, *(meter.process for meter in running.meters)]:
            print(f"--- {process.name}", *process.lines()[-40:], sep="\n")
        raise
    finally:
        running.stop()


@pytest.fixture
def phone(driver_url: str, stack: Stack) -> Iterator[Phone]:
    """A phone with the dashboard open. Nothing may fail in it, and nothing foreign be loaded."""
    opened = Phone(driver_url, stack.url("hosting") + "/")
    opened.open()
    yield opened
    report = opened.report()
    assert report["problems"] == []
    assert report["hosts"] == ["127.0.0.1"]
