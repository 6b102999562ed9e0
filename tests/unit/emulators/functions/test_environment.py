from __future__ import annotations

from pathlib import Path

import pytest

from emulators.functions.environment import BadEnvFile, parse, worker_environment


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=value", "value"),
        ("KEY = spaced out  ", "spaced out"),
        ("export KEY=value", "value"),
        ("KEY=", ""),
        ("KEY=value # why", "value"),
        ("KEY='single # kept'", "single # kept"),
        ('KEY="two\\nlines \\"quoted\\"" # why', 'two\nlines "quoted"'),
        ("KEY='no \\n escape'", "no \\n escape"),
        ('KEY="over\ntwo"', "over\ntwo"),
        ("KEY=a=b", "a=b"),
        ("KEY=value\r", "value"),
    ],
)
def test_values_are_read_as_firebase_tools_reads_them(line: str, value: str) -> None:
    assert parse(f"# first\n\n{line}\nOTHER=1\n") == {"KEY": value, "OTHER": "1"}


def test_a_line_that_is_no_assignment_is_named() -> None:
    with pytest.raises(BadEnvFile, match=r"\.env: expected KEY=value, found 'nonsense'"):
        parse("A=1\nnonsense\n", ".env")


def test_later_files_win_then_defaults_process_and_emulators(tmp_path: Path) -> None:
    for name in (".env", ".env.demo", ".env.local", ".secret.local"):
        (tmp_path / name).write_text(f"A={name}\n")
    (tmp_path / ".env").write_text("A=.env\nB=.env\nC=.env\nD=.env\n")
    result = worker_environment(
        tmp_path,
        "demo",
        defaults={"B": "default", "C": "default", "D": "default"},
        process={"C": "process", "D": "process"},
        emulators={"D": "emulator"},
    )
    assert result == {"A": ".secret.local", "B": "default", "C": "process", "D": "emulator"}


@pytest.mark.parametrize("key", ["FIREBASE_X", "GCLOUD_PROJECT", "lower", "K_SERVICE"])
def test_names_that_firebase_refuses_are_refused_here(tmp_path: Path, key: str) -> None:
    (tmp_path / ".env").write_text(f"{key}=1\n")
    with pytest.raises(BadEnvFile, match=key):
        worker_environment(tmp_path, "demo", defaults={}, process={}, emulators={})
