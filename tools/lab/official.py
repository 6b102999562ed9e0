"""The same project under firebase-tools, on free ports, in a copy that may be written to."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from tools.lab.process import Process
from tools.lab.stack import SEED, Stack, own_secrets, start_simulator

START_LIMIT_S = 90.0
READY = "All emulators ready"
COPIED = (
    "functions",
    "database.rules.json",
    "firestore.rules",
    "firestore.indexes.json",
    "emulator-data",
)
PROJECT = "demo-lipamita"
NAMESPACE = "demo-lipamita-default-rtdb"
SERVED = ("auth", "functions", "database", "firestore", "hosting")
HELPERS = ("hub", "logging", "eventarc", "tasks")


def start_official(folder: Path) -> Stack:
    """The simulator, and auth, functions, databases and hosting under firebase-tools."""
    own = own_secrets()
    simulator, ready = start_simulator(folder, {**own, "DARAJA_SHORT_CODE": "600000"})
    try:
        project = folder / "project"
        ports = _copy_project(project, own, daraja_url=ready["daraja"]["url"])
        official = Process(
            "firebase-tools",
            [
                *(sys.executable, "-m", "emulators", "official", "--watch-parent"),
                *("emulators:start", "--project", PROJECT),
                *("--only", ",".join(SERVED), "--import", SEED),
                *("--config", project / "firebase.json"),
            ],
        )
        try:
            official.wait_for_line(lambda line: READY in line, limit_s=START_LIMIT_S)
        except BaseException:
            official.stop()
            raise
    except BaseException:
        simulator.stop()
        raise
    ready |= {name: _address(ports[name]) for name in (*SERVED, "hub")}
    ready |= {"rtdb": ready["database"], "project": PROJECT, "namespace": NAMESPACE}
    return Stack([simulator, official], ready, own, folder)


def _copy_project(project: Path, own: dict[str, str], *, daraja_url: str) -> dict[str, int]:
    project.mkdir()
    for name in COPIED:
        if Path(name).is_dir():
            ignored = shutil.ignore_patterns("venv", "__pycache__", ".secret.local", ".env.local")
            shutil.copytree(name, project / name, ignore=ignored)
        else:
            shutil.copy(name, project / name)
    (project / "functions" / "venv").symlink_to(sys.prefix)
    config: dict[str, Any] = json.loads(Path("firebase.json").read_text())
    ports = {name: _free_port() for name in (*SERVED, *HELPERS)}
    for name, port in ports.items():
        config["emulators"].setdefault(name, {"host": "127.0.0.1"})["port"] = port
    public = Path(config["hosting"]["public"])
    (project / public).mkdir(parents=True)
    if public.is_dir():
        shutil.copytree(public, project / public, dirs_exist_ok=True)
    (project / "firebase.json").write_text(json.dumps(config))
    _write_lines(project / "functions/.secret.local", own)
    _write_lines(
        project / "functions/.env.local",
        {
            "PUBLIC_BASE_URL": _address(ports["hosting"])["url"],
            "DARAJA_BASE_URL": daraja_url,
        },
    )
    return ports


def _write_lines(path: Path, values: dict[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def _address(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "url": f"http://127.0.0.1:{port}"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
