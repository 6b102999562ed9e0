"""Import and export in the official format, over the emulators' own HTTP.

firebase-export-metadata.json, database_export/<namespace>.json, auth_export/config.json and
auth_export/accounts.json (firebase-tools `emulator/hubExport.ts`). Firestore's official export is
a binary of its own; ours is JSON lines, under a key that firebase-tools does not look at. What our
emulator exports under firebase-tools stands under firebase-tools' own key and is read as well.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from emulators.suite.project import HOST

METADATA = "firebase-export-metadata.json"
CLI_VERSION = "15.34.2"
DATABASE_VERSION = "4.11.2"
DATABASE_FOLDER = "database_export"
AUTH_FOLDER = "auth_export"
FIRESTORE_KEY = "firestore_json"
FIRESTORE_FOLDER = "firestore_export"
OWNER = {"Authorization": "Bearer owner"}
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5)
ACCOUNTS_AT_ONCE = 1000
MAX_NAMESPACES = 1000


class SeedError(Exception):
    """An import or export that failed; the message names the file or the folder."""


@dataclass(slots=True, kw_only=True)
class Seeds:
    """Reads and writes exports of one running suite."""

    project: str
    ports: Mapping[str, int]
    imported: set[str] = field(default_factory=set)

    async def import_from(self, folder: Path) -> None:
        """Load what the folder has for the emulators that run. Raises SeedError."""
        metadata = _json(folder / METADATA)
        if not isinstance(metadata, dict):
            raise SeedError(f"{folder / METADATA}: expected an object")
        async with _session() as session:
            if "database" in metadata and "rtdb" in self.ports:
                for path in sorted((folder / _path(metadata, "database")).glob("*.json")):
                    await self._import_namespace(session, path)
            if "auth" in metadata and "auth" in self.ports:
                await self._import_auth(session, folder / _path(metadata, "auth"))
            for key in (FIRESTORE_KEY, "firestore"):  # the latter: written under firebase-tools
                if key in metadata and "firestore" in self.ports:
                    await self._firestore(session, "import", folder, _path(metadata, key))

    async def export_to(self, folder: Path) -> None:
        """Replace the folder by an export of what runs. Raises SeedError."""
        check_export_folder(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".export-", dir=folder.parent))
        try:
            async with _session() as session:
                await self._export_all(session, temporary)
            await asyncio.to_thread(_swap, temporary, folder)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SeedError(f"{folder}: not exported: {error!r}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    async def _import_namespace(self, session: aiohttp.ClientSession, path: Path) -> None:
        query = {"ns": path.stem, "disableTriggers": "true", "writeSizeLimit": "unlimited"}
        url = f"http://{HOST}:{self.ports['rtdb']}/.json"
        with path.open("rb") as data:
            async with session.put(url, params=query, data=data) as answer:
                if not answer.ok:
                    raise SeedError(f"{path}: {answer.status} {await answer.text()}")
        self.imported.add(path.stem)

    async def _import_auth(self, session: aiohttp.ClientSession, folder: Path) -> None:
        base = f"http://{HOST}:{self.ports['auth']}"
        if (folder / "config.json").is_file():
            url = f"{base}/emulator/v1/projects/{self.project}/config"
            async with session.patch(url, json=_json(folder / "config.json")) as answer:
                if not answer.ok:
                    raise SeedError(f"{folder / 'config.json'}: {await answer.text()}")
        path = folder / "accounts.json"
        document = _json(path)
        users = document.get("users") if isinstance(document, dict) else None
        if not isinstance(users, list):
            raise SeedError(f"{path}: expected {{'users': [...]}}")
        url = f"{base}/identitytoolkit.googleapis.com/v1/projects/{self.project}"
        for start in range(0, len(users), ACCOUNTS_AT_ONCE):
            body = {"users": users[start : start + ACCOUNTS_AT_ONCE], "allowOverwrite": True}
            async with session.post(f"{url}/accounts:batchCreate", json=body) as answer:
                told = await answer.json()
                if not answer.ok or told.get("error"):
                    raise SeedError(f"{path}: {json.dumps(told.get('error'))}")

    async def _firestore(
        self, session: aiohttp.ClientSession, verb: str, folder: Path, name: str
    ) -> None:
        base = f"http://{HOST}:{self.ports['firestore']}/emulator/v1/projects/{self.project}"
        body = {"export_directory": str(folder.resolve()), "export_name": name}
        async with session.post(f"{base}:{verb}", json=body) as answer:
            if not answer.ok:
                raise SeedError(f"{folder / name}: {await answer.text()}")

    async def _export_all(self, session: aiohttp.ClientSession, folder: Path) -> None:
        metadata: dict[str, object] = {"version": CLI_VERSION}
        if "rtdb" in self.ports:
            metadata["database"] = {"version": DATABASE_VERSION, "path": DATABASE_FOLDER}
            await self._export_database(session, folder / DATABASE_FOLDER)
        if "auth" in self.ports:
            metadata["auth"] = {"version": CLI_VERSION, "path": AUTH_FOLDER}
            await self._export_auth(session, folder / AUTH_FOLDER)
        if "firestore" in self.ports:
            metadata[FIRESTORE_KEY] = {"path": FIRESTORE_FOLDER}
            await self._firestore(session, "export", folder, FIRESTORE_FOLDER)
        (folder / METADATA).write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")

    async def _export_database(self, session: aiohttp.ClientSession, folder: Path) -> None:
        folder.mkdir()
        base = f"http://{HOST}:{self.ports['rtdb']}"
        listed = json.loads(
            await _get(session, f"{base}/.inspect/databases.json", {"ns": self.project})
        )
        names = {str(entry["name"]) for entry in listed[:MAX_NAMESPACES]}
        for name in sorted(names | self.imported):
            query = {"ns": name, "shallow": "true", "limitToFirst": "1"}
            empty = json.loads(await _get(session, f"{base}/.json", query)) is None
            if not empty or name in self.imported:
                query = {"ns": name, "format": "export"}
                data = await _get(session, f"{base}/.json", query)
                (folder / f"{name}.json").write_bytes(data)

    async def _export_auth(self, session: aiohttp.ClientSession, folder: Path) -> None:
        folder.mkdir()
        base = f"http://{HOST}:{self.ports['auth']}"
        accounts = f"identitytoolkit.googleapis.com/v1/projects/{self.project}/accounts:batchGet"
        for name, path in (
            ("accounts.json", f"{accounts}?maxResults=-1"),
            ("config.json", f"emulator/v1/projects/{self.project}/config"),
        ):
            document = json.loads(await _get(session, f"{base}/{path}", {}))
            text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
            (folder / name).write_text(text, encoding="utf-8")


def check_export_folder(folder: Path) -> None:
    """Refuse to replace a folder that holds anything but an export. Raises SeedError."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / METADATA).is_file():
        raise SeedError(f"{folder}: not an export (no {METADATA}); it will not be replaced")


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=TIMEOUT, headers=OWNER)


async def _get(session: aiohttp.ClientSession, url: str, query: dict[str, str]) -> bytes:
    async with session.get(url, params=query) as answer:
        if not answer.ok:
            raise SeedError(f"{url}: {answer.status} {await answer.text()}")
        return await answer.read()


def _swap(new: Path, folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    new.chmod(0o755)
    new.rename(folder)


def _path(metadata: Mapping[str, object], part: str) -> str:
    entry = metadata[part]
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(path, str) or ".." in Path(path).parts or Path(path).is_absolute():
        raise SeedError(f"{METADATA}: {part}.path: expected a folder beside it")
    return path


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SeedError(f"{path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise SeedError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from error
