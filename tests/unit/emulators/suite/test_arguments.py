from __future__ import annotations

from pathlib import Path

import pytest

from emulators.suite.arguments import EMULATORS, parse_arguments


def test_start_without_flags_runs_everything_of_firebase_json_here() -> None:
    arguments = parse_arguments(["start"])
    assert arguments.command is None
    assert (arguments.only, arguments.named) == (EMULATORS, False)
    assert arguments.project == "demo-lipamita"
    assert arguments.config == Path("firebase.json")
    assert (arguments.import_from, arguments.export_to, arguments.ready_file) == (None, None, None)


def test_flags_are_read() -> None:
    words = (
        "start --only database,auth --project demo-x --import in --export-on-exit out "
        "--port database=0 --port hub=1 --ready-file r.json --keep-alive-s 2 --no-clock"
    )
    arguments = parse_arguments(words.split())
    assert (arguments.only, arguments.named) == (("rtdb", "auth"), True)
    assert (arguments.import_from, arguments.export_to) == (Path("in"), Path("out"))
    assert arguments.ports == {"rtdb": 0, "hub": 1}
    assert (arguments.keep_alive_s, arguments.by_clock) == (2.0, False)


def test_an_export_without_folder_goes_back_to_the_import() -> None:
    arguments = parse_arguments(["start", "--import", "seed", "--export-on-exit"])
    assert arguments.export_to == Path("seed")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["exec", "echo $A"], ("echo $A",)),
        (["exec", "--only", "auth", "pytest", "-q", "--only"], ("pytest", "-q", "--only")),
        (["exec", "--", "--odd"], ("--odd",)),
    ],
)
def test_what_follows_execs_flags_is_the_command(words: list[str], command: tuple[str]) -> None:
    assert parse_arguments(words).command == command


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["stop"],
        ["exec"],
        ["start", "--only", "auth,nothing"],
        ["start", "--port", "auth"],
        ["start", "--port", "nothing=1"],
        ["start", "--port", "auth=65536"],
        ["start", "--export-on-exit"],
    ],
)
def test_a_senseless_command_line_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        parse_arguments(words)
    assert refused.value.code == 2
    assert "usage: python -m emulators" in capsys.readouterr().err
