"""The emulator's HTTP calls, on the port that speaks gRPC too."""

from __future__ import annotations

import json
import math
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

TIMEOUT = (2, 10)


def test_the_root_says_ok(emulator: Any) -> None:
    assert requests.get(emulator.url, timeout=TIMEOUT).text == "Ok\n"


def test_clear_empties_one_database(db: Any, emulator: Any, project: str) -> None:
    db.document("a/b").set({"n": 1})
    url = f"{emulator.url}/emulator/v1/projects/{project}/databases/(default)/documents"
    assert requests.delete(url, timeout=TIMEOUT).json() == {}
    assert list(db.collections()) == []
    db.document("a/b").create({"n": 2})


def test_rules_are_accepted(emulator: Any, project: str) -> None:
    url = f"{emulator.url}/emulator/v1/projects/{project}:securityRules"
    rules = Path("firestore.rules").read_text()
    body = {"rules": {"files": [{"name": "firestore.rules", "content": rules}]}}
    assert requests.put(url, json=body, timeout=TIMEOUT).json() == {}
    assert requests.put(url, json={}, timeout=TIMEOUT).status_code == 400


@pytest.fixture
def filled(db: Any, firestore: Any) -> Any:
    db.document("all/types").set(
        {
            "null": None,
            "yes": True,
            "int": 2**63 - 1,
            "double": -0.5,
            "nan": math.nan,
            "inf": -math.inf,
            "text": "✓\n",
            "bytes": b"\x00\xff",
            "at": datetime(1, 1, 1, 0, 0, 0, 5, tzinfo=UTC),
            "where": firestore.GeoPoint(1.5, -2),
            "ref": db.document("a/b"),
            "list": [1, {"m": []}],
            "map": {"a.b": {}},
        }
    )
    db.document("users/u1/orders/o1").set({"n": 1})
    return db


def test_export_and_import_give_the_same_database(
    filled: Any, emulator: Any, project: str, tmp_path: Path
) -> None:
    before = {
        each.reference.path: repr(each) + repr(sorted(each.to_dict().items(), key=str))
        for each in _all(filled)
    }
    times = {each.reference.path: (each.create_time, each.update_time) for each in _all(filled)}
    api = f"{emulator.url}/emulator/v1/projects/{project}"
    body = {
        "database": f"projects/{project}/databases/(default)",
        "export_directory": str(tmp_path),
        "export_name": "firestore_export",
    }
    assert requests.post(f"{api}:export", json=body, timeout=TIMEOUT).json() == {"documents": 2}
    index = json.loads((tmp_path / "firestore_export" / "firestore_export.json").read_text())
    assert [each["documents"] for each in index["databases"]] == [2]
    requests.delete(f"{api}/databases/(default)/documents", timeout=TIMEOUT).raise_for_status()
    assert _all(filled) == []
    assert requests.post(f"{api}:import", json=body, timeout=TIMEOUT).json() == {"documents": 2}
    after = {
        each.reference.path: repr(each) + repr(sorted(each.to_dict().items(), key=str))
        for each in _all(filled)
    }
    assert list(after) == list(before)
    assert times == {
        each.reference.path: (each.create_time, each.update_time) for each in _all(filled)
    }
    assert [each.id for each in filled.collection_group("orders").stream()] == ["o1"]


def test_a_broken_export_is_refused_with_its_line(
    emulator: Any, project: str, tmp_path: Path
) -> None:
    folder = tmp_path / "firestore_export"
    folder.mkdir()
    api = f"{emulator.url}/emulator/v1/projects/{project}:import"
    body = {"export_directory": str(tmp_path)}
    answer = requests.post(api, json=body, timeout=TIMEOUT)
    assert answer.status_code == 400
    entry = {"project": project, "database": "(default)", "file": "x.jsonl", "documents": 1}
    index = {"format": "lipamita-firestore", "version": 1, "databases": [entry]}
    (folder / "firestore_export.json").write_text(json.dumps(index))
    (folder / "x.jsonl").write_text('{"path": "a/b"}\n')
    answer = requests.post(api, json=body, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert "x.jsonl:1" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/", 405),
        ("PUT", "/emulator/v1/projects/p:securityRules", 400),
        ("PUT", "/emulator/v1/projects/p:indexes", 400),
        ("POST", "/emulator/v1/projects/p:export", 400),
        ("DELETE", "/emulator/v1/projects/P%20P/databases/d/documents", 400),
    ],
)
def test_errors_are_json(emulator: Any, method: str, path: str, status: int) -> None:
    answer = requests.request(method, emulator.url + path, data="{not json", timeout=TIMEOUT)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == status


def test_what_is_neither_http_nor_grpc_does_no_harm(emulator: Any, db: Any) -> None:
    host, port = emulator.address.split(":")
    for sent in (b"\x00\x01\x02", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense" * 3, b"PRI"):
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass
    db.document("a/b").set({"n": 1})


def _all(db: Any) -> list[Any]:
    return [each for name in ("all", "orders") for each in db.collection_group(name).stream()]
