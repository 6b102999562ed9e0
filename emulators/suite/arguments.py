"""The command line: `start` and `exec` with the same flags, and `official`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulators.suite.project import DEFAULT_PORTS, DEFAULT_PROJECT

EMULATORS = ("rtdb", "auth", "firestore", "functions", "hosting", "daraja")
ALIASES = {"database": "rtdb"}
SAME_AS_IMPORT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What was asked. `command` is None for `start`; one string of it runs in a shell."""

    command: tuple[str, ...] | None
    only: tuple[str, ...]
    named: bool
    """Whether `--only` was given, so that an emulator that cannot run is an error."""
    project: str
    config: Path
    import_from: Path | None
    export_to: Path | None
    ports: dict[str, int]
    ready_file: Path | None
    keep_alive_s: float
    by_clock: bool
    watch_parent: bool


def parse_arguments(words: Sequence[str]) -> Arguments:
    """Read the command line. Ends the process with status 2 when it makes no sense."""
    parser = _parser()
    given = parser.parse_args(words)
    command = None
    if given.verb == "exec":
        command = tuple(given.command)
        command = command[1:] if command[:1] == ("--",) else command
        if not command:
            parser.error("exec: expected a command to run")
    import_from, export_to = given.import_from, given.export_on_exit
    if export_to == SAME_AS_IMPORT:
        if import_from is None:
            parser.error("--export-on-exit without a folder needs --import")
        export_to = str(import_from)
    return Arguments(
        command=command,
        only=given.only or EMULATORS,
        named=given.only is not None,
        project=given.project,
        config=given.config,
        import_from=import_from,
        export_to=None if export_to is None else Path(export_to),
        ports=dict(given.port),
        ready_file=given.ready_file,
        keep_alive_s=given.keep_alive_s,
        by_clock=not given.no_clock,
        watch_parent=given.watch_parent,
    )


def _parser() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(add_help=False)
    add = flags.add_argument
    add("--only", type=_names, metavar="NAMES", help=f"of {','.join(EMULATORS)}")
    add("--project", default=DEFAULT_PROJECT, help="project id (default %(default)s)")
    add("--config", type=Path, default=Path("firebase.json"), help="default %(default)s")
    add("--import", dest="import_from", type=Path, metavar="DIR", help="load this export")
    add("--export-on-exit", nargs="?", const=SAME_AS_IMPORT, metavar="DIR", help="save at the end")
    add(
        *("--port",),
        type=_port,
        action="append",
        default=[],
        metavar="NAME=N",
        help="another port; 0 takes a free one",
    )
    add("--ready-file", type=Path, metavar="PATH", help="written as JSON when all listen")
    add("--keep-alive-s", type=float, default=30.0, help="between events of an idle stream")
    add("--no-clock", action="store_true", help="run schedules by hand only")
    add("--watch-parent", action="store_true", help="end when the starting process ends")
    parser = argparse.ArgumentParser(
        prog="python -m emulators", description="The local Firebase suite and Daraja simulator."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("start", parents=[flags], help="run until Ctrl-C")
    command = verbs.add_parser("exec", parents=[flags], help="run a command, then end")
    command.add_argument("command", nargs=argparse.REMAINDER, metavar="CMD")
    verbs.add_parser("official", help="the same project under firebase-tools, with its arguments")
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = [ALIASES.get(name.strip(), name.strip()) for name in text.split(",") if name.strip()]
    for name in names:
        if name not in EMULATORS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(EMULATORS)}")
    return tuple(name for name in EMULATORS if name in names)


def _port(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    name = ALIASES.get(name, name)
    if name not in DEFAULT_PORTS or not number.isdigit() or int(number) > 65_535:
        names = ", ".join(DEFAULT_PORTS)
        raise argparse.ArgumentTypeError(f"{text!r}: expected NAME=N, NAME one of {names}")
    return name, int(number)
