"""What starts with a suite ends with it, however it ends; and what `exec` promises."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from emulators.suite.ports import choose_ports

from .checks import OWNER, TIMEOUT, first_value, read, rtdb_url, sign_in
from .processes import (
    FREE,
    START_S,
    STOP_S,
    Suite,
    addresses,
    copy_project,
    descendants,
    environment,
    started,
    wait_until_gone,
    when_written,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path)


def run_exec(project: Path, *words: str) -> Suite:
    suite = Suite(["exec", "--no-clock", "--watch-parent", *FREE, *words], project, {})
    suite.finish(START_S)
    return suite


def test_start_prints_a_table_and_a_short_time_and_ends_with_0_on_ctrl_c(project: Path) -> None:
    with started(project) as (suite, ready):
        for name in ("rtdb", "auth", "functions", "hosting", "daraja"):
            assert ready[name]["url"] in suite.said
        assert ready["project"] == "demo-lipamita"
        assert ready["namespace"] == "demo-lipamita-default-rtdb"
        assert ready["pid"] == suite.process.pid
        assert 0 < ready["ready_ms"] < 20_000
        below = descendants(suite.process.pid)
        assert ready["functions"]["worker_pid"] in below
        assert suite.end(signal.SIGINT) == 0
        assert wait_until_gone(below) == set()


def test_nothing_survives_a_killed_suite(project: Path) -> None:
    with started(project) as (suite, _):
        below = descendants(suite.process.pid)
        assert below
        suite.end(signal.SIGKILL)
        assert wait_until_gone(below) == set()


def test_a_suite_told_to_watch_ends_with_the_process_that_started_it(project: Path) -> None:
    ready = project.parent / "ready.json"
    words = ["-m", "emulators", "start", "--watch-parent", "--only", "auth", *FREE]
    line = " ".join([sys.executable, *words, "--ready-file", str(ready)])
    shell = subprocess.Popen(
        ["/bin/sh", "-c", f"{line} & echo $! ; read forever"],
        cwd=project,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert shell.stdout is not None
    pid = int(shell.stdout.readline())
    assert json.loads(when_written(ready))["pid"] == pid
    shell.kill()
    shell.communicate()
    assert wait_until_gone({pid}) == set()


def test_a_suite_in_the_background_of_a_script_ends_on_an_interrupt(project: Path) -> None:
    ready = project.parent / "ready.json"
    words = ["-m", "emulators", "start", "--only", "auth", *FREE, "--ready-file", str(ready)]
    suite = subprocess.Popen(
        ["/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, *words],
        cwd=project,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    when_written(ready)
    suite.send_signal(signal.SIGINT)
    assert suite.wait(STOP_S) == 0


def test_nothing_of_a_command_survives_a_killed_suite(project: Path) -> None:
    command = "sleep 60 & sleep 60 & echo sleeping; wait"
    suite = Suite(["exec", *FREE, "--only", "auth", command], project, {})
    suite.wait_for("sleeping")
    below = descendants(suite.process.pid)
    assert len(below) >= 4
    suite.end(signal.SIGKILL)
    assert wait_until_gone(below) == set()


def test_a_command_that_is_interrupted_ends_with_its_children(project: Path) -> None:
    command = "trap 'echo asked; exit 3' TERM; sleep 60 & echo sleeping; wait"
    suite = Suite(["exec", *FREE, "--only", "auth", command], project, {})
    suite.wait_for("sleeping")
    below = descendants(suite.process.pid)
    assert suite.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert "asked" in suite.said
    assert wait_until_gone(below) == set()


def test_exec_sets_the_official_variables_and_returns_the_commands_status(project: Path) -> None:
    variables = (
        *("FIREBASE_DATABASE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST"),
        *("FIREBASE_EMULATOR_HUB", "DARAJA_EMULATOR_HOST"),
        *("FUNCTIONS_EMULATOR", "GCLOUD_PROJECT", "GOOGLE_CLOUD_PROJECT"),
    )
    told = " ".join(f"{name}=${name}" for name in variables)
    suite = run_exec(project, f"echo {told}; echo $FIREBASE_CONFIG > config.json; exit 7")
    assert suite.process.returncode == 7
    line = next(line for line in suite.said.splitlines() if line.startswith("FIREBASE_DATABASE"))
    found = dict(word.partition("=")[::2] for word in line.split())
    config = json.loads((project / "config.json").read_text())
    assert found["GCLOUD_PROJECT"] == found["GOOGLE_CLOUD_PROJECT"] == "demo-lipamita"
    assert config == {
        "projectId": "demo-lipamita",
        "databaseURL": f"http://{found['FIREBASE_DATABASE_EMULATOR_HOST']}/"
        "?ns=demo-lipamita-default-rtdb",
    }
    assert all(":" in found[name] for name in variables[:4])


@pytest.mark.parametrize(
    ("command", "status"),
    [(["true"], 0), (["sh", "-c", "exit 4"], 4), (["no-such-command"], 127), (["kill -9 $$"], 137)],
)
def test_exec_returns_what_the_command_returned(
    project: Path, command: list[str], status: int
) -> None:
    words = ["--", *command] if len(command) > 1 else command
    assert run_exec(project, "--only", "auth", *words).process.returncode == status


def test_a_failed_command_still_exports_and_the_export_imports_as_the_same(project: Path) -> None:
    write = (
        "curl -sf -X PUT -H 'Authorization: Bearer owner' -d '{\"a\":[1,2]}' "
        '"http://$FIREBASE_DATABASE_EMULATOR_HOST/kept.json?ns=demo-lipamita-default-rtdb"; exit 5'
    )
    only = ["--only", "rtdb,auth"]
    first = run_exec(project, *only, "--import", "seed", "--export-on-exit", "out", write)
    assert first.process.returncode == 5
    exported = json.loads(
        (project / "out/database_export/demo-lipamita-default-rtdb.json").read_text()
    )
    assert exported["meters"]["MTR-001"]["name"] == "Gate"
    users = json.loads((project / "out/auth_export/accounts.json").read_text())["users"]
    assert [user["localId"] for user in users] == ["tenant-amina", "tenant-brian"]
    again = run_exec(project, *only, "--import", "out", "--export-on-exit", "again", "true")
    assert again.process.returncode == 0
    files = [path.relative_to(project / "out") for path in (project / "out").rglob("*.json")]
    assert len(files) == 4
    for file in files:
        assert (project / "again" / file).read_bytes() == (project / "out" / file).read_bytes()


def test_firestore_runs_when_configured_and_keeps_its_documents(project: Path) -> None:
    config = json.loads((project / "firebase.json").read_text())
    (project / "firebase.json").write_text(json.dumps({**config, "firestore": {}}))
    (project / "write.py").write_text(
        "from google.cloud import firestore\n"
        "firestore.Client(project='demo-lipamita').document('payments/p1').set({'amount': 500})\n"
    )
    (project / "read.py").write_text(
        "from google.cloud import firestore\n"
        "print(firestore.Client(project='demo-lipamita').document('payments/p1').get().to_dict())\n"
    )
    words = ["--port=firestore=0", "--only", "firestore"]
    first = run_exec(project, *words, "--export-on-exit", "out", "--", sys.executable, "write.py")
    assert first.process.returncode == 0, first.said
    again = run_exec(project, *words, "--import", "out", "--", sys.executable, "read.py")
    assert "{'amount': 500}" in again.said


def test_an_export_never_replaces_other_files(project: Path) -> None:
    suite = run_exec(project, "--only", "auth", "--export-on-exit", "functions", "true")
    assert suite.process.returncode == 1
    assert "not an export" in suite.said
    assert (project / "functions" / "main.py").is_file()


def test_a_taken_port_is_named_with_its_holder(project: Path) -> None:
    [port] = choose_ports(["auth"], {"auth": 0}).values()
    with socket.create_server(("127.0.0.1", port)):
        suite = run_exec(project, "--only", "auth", "--port", f"auth={port}", "true")
    assert suite.process.returncode == 1
    assert f"auth: port {port} is taken by pid {os.getpid()} (" in suite.said
    assert "--port auth=0" in suite.said


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("firebase.json", "{", "firebase.json:1:2: "),
        ("database.rules.json", '{"rules": {\n  ".read": tru }}', "database.rules.json:2:"),
        ("seed/firebase-export-metadata.json", "{", "firebase-export-metadata.json:1:2: "),
        ("functions/.env", "nonsense", "functions/.env: expected KEY=value, found 'nonsense'"),
    ],
)
def test_unusable_files_stop_the_start_with_their_position(
    project: Path, file: str, text: str, said: str
) -> None:
    (project / file).write_text(text)
    suite = run_exec(project, "--only", "rtdb,auth,daraja", "--import", "seed", "true")
    assert suite.process.returncode == 1
    assert said in suite.said
    assert "Traceback" not in suite.said


def test_a_functions_folder_that_cannot_be_loaded_is_said_in_the_table(project: Path) -> None:
    (project / "functions" / "main.py").write_text("import no_such_module\n")
    with started(project) as (suite, _):
        assert "NOT LOADED: ModuleNotFoundError: No module named 'no_such_module'" in suite.said


def test_changed_rules_apply_at_once_and_broken_ones_change_nothing(project: Path) -> None:
    rules = project / "database.rules.json"
    with started(project, "--import", "seed", "--only", "rtdb,auth") as (suite, ready):
        missing = dict.fromkeys(("firestore", "functions", "hosting"), ready["hub"])
        urls = addresses({**ready, **missing})
        amina = {"auth": sign_in(urls, "amina")["idToken"]}
        rules.write_text('{"rules": {".read": "auth != null &"}}')
        suite.wait_for(f"{rules.name}:1:")
        suite.wait_for("stay in force")
        assert read(urls, "payments", **amina).status_code == 401
        rules.write_text('{"rules": {".read": "auth != null"}}')
        suite.wait_for("loaded again")
        assert read(urls, "payments", **amina).json() == {"old": 1}


def test_the_hub_lists_disables_triggers_and_exports(project: Path) -> None:
    with started(project, "--import", "seed") as (_, ready):
        urls = addresses(ready)
        listed = requests.get(f"{urls.hub}/emulators", timeout=TIMEOUT).json()
        assert listed["database"]["port"] == ready["rtdb"]["port"]
        off = requests.put(f"{urls.hub}/functions/disableBackgroundTriggers", timeout=TIMEOUT)
        assert off.json() == {"enabled": False}
        assert requests.put(rtdb_url(urls, "payments/a"), json=1, headers=OWNER, timeout=TIMEOUT).ok
        on = requests.put(f"{urls.hub}/functions/enableBackgroundTriggers", timeout=TIMEOUT)
        assert on.json() == {"enabled": True}
        assert requests.put(rtdb_url(urls, "payments/b"), json=2, headers=OWNER, timeout=TIMEOUT).ok
        assert first_value(urls, "seen/b")["value"] == 2
        assert read(urls, "seen/a", headers=OWNER).json() is None
        tick = "/functions/projects/demo-lipamita/triggers/europe-west1-tick-0"
        assert requests.post(urls.functions + tick, timeout=TIMEOUT).status_code == 200
        assert read(urls, "ticked", headers=OWNER).json() == {"by_hand": True}
        body = {"path": str(project / "exported")}
        foreign = {"Origin": "http://evil.example"}
        url = f"{urls.hub}/_admin/export"
        assert requests.post(url, json=body, headers=foreign, timeout=TIMEOUT).status_code == 403
        assert requests.post(url, json=body, timeout=TIMEOUT).json() == {"message": "OK"}
        assert (project / "exported/firebase-export-metadata.json").is_file()


def test_a_killed_worker_comes_back_with_its_triggers(project: Path) -> None:
    with started(project) as (suite, ready):
        urls = addresses(ready)
        os.kill(ready["functions"]["worker_pid"], signal.SIGKILL)
        suite.wait_for("starting another")
        url = f"{urls.functions}/demo-lipamita/europe-west1/echo"
        assert requests.get(url, timeout=TIMEOUT).status_code == 203
        assert requests.put(rtdb_url(urls, "payments/c"), json=3, headers=OWNER, timeout=TIMEOUT).ok
        assert first_value(urls, "seen/c")["value"] == 3
        backends = requests.get(f"{urls.functions}/backends", timeout=TIMEOUT).json()
        assert backends["worker_pid"] != ready["functions"]["worker_pid"]
