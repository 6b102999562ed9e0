"""Deploying refuses what would lose money or days."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tools.cli.commands import app
from tools.cli.deployment import find_problem
from tools.cli.exits import Exit

GOOD = {
    "DARAJA_ENVIRONMENT": "production",
    "DARAJA_SHORT_CODE": "600000",
    "PUBLIC_BASE_URL": "https://estate.example",
    "DATABASE_URL": "https://estate-default-rtdb.europe-west1.firebasedatabase.app",
}


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    Path("functions").mkdir()
    yield
    os.environ.clear()
    os.environ.update(before)


def configure(**changes: str) -> None:
    lines = [f"{name}={value}" for name, value in {**GOOD, **changes}.items()]
    Path("functions/.env.estate").write_text("# of an estate\n" + "\n".join(lines))


def test_a_complete_configuration_may_be_deployed() -> None:
    configure()
    assert find_problem("estate") is None


def test_only_checking_deploys_nothing_and_says_what_is_wrong() -> None:
    configure()
    checked = CliRunner().invoke(app, ["deploy", "estate", "--check-only"])
    assert (checked.exit_code, "is complete" in checked.output) == (Exit.OK, True)
    refused = CliRunner().invoke(app, ["deploy", "other", "--check-only"])
    assert (refused.exit_code, "Not deployed" in refused.output) == (Exit.PROBLEMS, True)


@pytest.mark.parametrize("project", ["", "demo-lipamita"])
def test_no_project_and_a_demo_project_are_refused(project: str) -> None:
    assert "PROJECT" in (find_problem(project) or "")


def test_a_project_without_parameters_is_refused() -> None:
    assert ".env.estate is missing" in (find_problem("estate") or "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DARAJA_ENVIRONMENT", "emulator"),
        ("DARAJA_BASE_URL", "https://sandbox.safaricom.co.ke"),
        ("DARAJA_BASE_URL", "http://127.0.0.1:9190"),
        ("PUBLIC_BASE_URL", "http://estate.example"),
        ("PUBLIC_BASE_URL", "https://localhost"),
        ("DARAJA_SHORT_CODE", "PAYBILL"),
        ("DATABASE_URL", ""),
    ],
)
def test_a_dangerous_parameter_is_refused_by_name(name: str, value: str) -> None:
    configure(**{name: value})
    assert name in (find_problem("estate") or "")
