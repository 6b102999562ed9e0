"""The emulator's own HTTP calls: clear, rules, indexes, export and import.

DELETE /emulator/v1/projects/P/databases/D/documents, PUT .../projects/P:securityRules and
POST .../projects/P:export are the official emulator's; :import and :indexes are ours.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from emulators.firestore.core.databases import Databases
from emulators.firestore.core.names import parse_database
from emulators.firestore.errors import FirestoreError
from emulators.firestore.export.folder import ExportError, export_project, import_folder
from emulators.firestore.query.index_file import IndexFileError
from emulators.firestore.query.index_source import IndexSource

MAX_BODY_BYTES = 1024 * 1024
_PROJECT = "/emulator/v1/projects/{project:[^:/]+}"


class HttpCalls:
    """Answers are JSON; errors have the shape of Google's: {"error": {"code", "message"}}."""

    def __init__(self, databases: Databases, indexes: IndexSource) -> None:
        self._databases = databases
        self._indexes = indexes

    def application(self) -> web.Application:
        """All routes."""
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_errors])
        application.add_routes(
            [
                web.get("/", self._ready),
                web.delete(_PROJECT + "/databases/{database}/documents", self._clear),
                web.put(_PROJECT + ":securityRules", self._rules),
                web.put(_PROJECT + ":indexes", self._replace_indexes),
                web.post(_PROJECT + ":export", self._export),
                web.post(_PROJECT + ":import", self._import),
            ]
        )
        return application

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(text="Ok\n")

    async def _clear(self, request: web.Request) -> web.Response:
        project, database = request.match_info["project"], request.match_info["database"]
        name = parse_database(f"projects/{project}/databases/{database}")
        self._databases.get(name).clear()
        return web.json_response({})

    async def _rules(self, request: web.Request) -> web.Response:
        """Accepted and not evaluated: whoever has an ID token is denied everything."""
        body = await _body(request)
        rules = body.get("rules")
        if not isinstance(rules, dict) or not isinstance(rules.get("files"), list):
            raise _BodyError('expected {"rules": {"files": [{"content": "..."}]}}')
        return web.json_response({})

    async def _replace_indexes(self, request: web.Request) -> web.Response:
        self._indexes.replace(await request.text())
        return web.json_response({})

    async def _export(self, request: web.Request) -> web.Response:
        folder = _folder(await _body(request))
        project = request.match_info["project"]
        return web.json_response({"documents": export_project(self._databases, project, folder)})

    async def _import(self, request: web.Request) -> web.Response:
        folder = _folder(await _body(request))
        return web.json_response({"documents": import_folder(self._databases, folder)})


class _BodyError(Exception):
    pass


@web.middleware
async def _errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except FirestoreError as error:
        return _error(400, error.message)
    except (_BodyError, IndexFileError, ExportError, UnicodeError) as error:
        return _error(400, str(error))
    except OSError as error:
        return _error(400, f"{error.filename}: {error.strerror}")
    except web.HTTPException as error:
        return _error(error.status, error.reason)


def _error(code: int, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=code)


async def _body(request: web.Request) -> dict[str, object]:
    try:
        found = json.loads(await request.text())
    except ValueError as error:
        raise _BodyError(f"the body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise _BodyError("the body is not a JSON object")
    return found


def _folder(body: dict[str, object]) -> Path:
    directory, name = body.get("export_directory"), body.get("export_name", "firestore_export")
    if not isinstance(directory, str) or not isinstance(name, str) or Path(name).name != name:
        raise _BodyError('expected {"export_directory": "...", "export_name": "..."}')
    return Path(directory) / name
