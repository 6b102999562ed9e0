"""The record as an auditor sees it: documents read from an export, without a client library."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import requests

TIMEOUT_S = (3, 60)
EXPORT = "export"


class RecordReader:
    """Reads what one project's Firestore emulator holds."""

    def __init__(self, url: str, project: str) -> None:
        self._export_url = f"{url}/emulator/v1/projects/{project}:export"

    def collections(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every document by collection and id, with plain values."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        with tempfile.TemporaryDirectory() as folder:
            body = {"export_directory": folder, "export_name": EXPORT}
            requests.post(self._export_url, json=body, timeout=TIMEOUT_S).raise_for_status()
            for file in Path(folder, EXPORT).glob("*.jsonl"):
                for line in file.read_text().splitlines():
                    document = json.loads(line)
                    collection, _, document_id = document["path"].partition("/")
                    fields = {"mapValue": {"fields": document["fields"]}}
                    found.setdefault(collection, {})[document_id] = _plain(fields)
        return found


def _plain(value: dict[str, Any]) -> Any:
    """A value of Firestore's REST API: {"integerValue": "5"} is 5."""
    [(kind, content)] = value.items()
    if kind == "mapValue":
        return {name: _plain(below) for name, below in content.get("fields", {}).items()}
    if kind == "arrayValue":
        return [_plain(below) for below in content.get("values", [])]
    return int(content) if kind == "integerValue" else content
