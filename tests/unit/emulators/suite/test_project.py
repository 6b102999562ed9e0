from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulators.suite.project import DEFAULT_PORTS, BadProject, read_project
from emulators.suite.variables import function_defaults, official_variables, web_config


def written(folder: Path, document: object) -> Path:
    path = folder / "firebase.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_an_empty_project_has_default_ports_and_no_parts(tmp_path: Path) -> None:
    project = read_project(written(tmp_path, {}))
    assert project.ports == DEFAULT_PORTS
    assert (project.rules, project.functions_source, project.hosting) == (None, None, None)
    assert (project.firestore, project.firestore_indexes) == (False, None)
    assert project.namespace == "demo-lipamita-default-rtdb"


@pytest.mark.parametrize("functions", [{"source": "f"}, [{"source": "f"}, {"source": "g"}]])
@pytest.mark.parametrize("database", [{"rules": "r"}, [{"instance": "i", "rules": "r"}]])
def test_paths_are_relative_to_firebase_json(
    tmp_path: Path, functions: object, database: object
) -> None:
    block = {"database": {"port": 1}, "hub": {"port": 2}, "ui": {"enabled": False}}
    firestore = {"rules": "x", "indexes": "i"}
    document = {
        "functions": functions,
        "database": database,
        "firestore": firestore,
        "emulators": block,
    }
    project = read_project(written(tmp_path, document), "demo-x")
    assert project.functions_source == tmp_path / "f"
    assert project.rules == tmp_path / "r"
    assert (project.firestore, project.firestore_indexes) == (True, tmp_path / "i")
    assert project.ports == {**DEFAULT_PORTS, "rtdb": 1, "hub": 2}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{\n x", "firebase.json:2:2: "),
        ("[]", "expected an object"),
        ({"emulators": {"auth": {"port": "9099"}}}, "emulators.auth.port"),
        ({"emulators": {"auth": {"port": 70000}}}, "emulators.auth.port"),
    ],
)
def test_an_unusable_firebase_json_is_named(tmp_path: Path, document: object, said: str) -> None:
    with pytest.raises(BadProject, match=said):
        read_project(written(tmp_path, document))
    with pytest.raises(BadProject, match="No such file"):
        read_project(tmp_path / "nothing.json")


def test_only_what_runs_is_announced(tmp_path: Path) -> None:
    project = read_project(written(tmp_path, {}))
    some = official_variables(project, {"auth": 1, "hub": 2})
    assert some["FIREBASE_AUTH_EMULATOR_HOST"] == "127.0.0.1:1"
    assert not {"FIREBASE_DATABASE_EMULATOR_HOST", "DARAJA_EMULATOR_HOST"} & some.keys()
    assert json.loads(some["FIREBASE_CONFIG"]) == {"projectId": "demo-lipamita"}
    assert function_defaults({"hosting": 3}) == {"PUBLIC_BASE_URL": "http://127.0.0.1:3"}


def test_a_page_learns_where_the_emulators_are(tmp_path: Path) -> None:
    project = read_project(written(tmp_path, {}))
    told = web_config(project, {"rtdb": 1, "hosting": 2, "hub": 3})
    assert told["databaseURL"] == "http://127.0.0.1:1/?ns=demo-lipamita-default-rtdb"
    assert told["emulators"] == {
        "rtdb": {"host": "127.0.0.1", "port": 1},
        "hosting": {"host": "127.0.0.1", "port": 2},
    }
