"""The Auth emulator's socket: paths, credentials, CORS and JSON around the operations."""

from __future__ import annotations

import json
import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from emulators.auth import admin_operations, client_operations, phone
from emulators.auth.client_operations import Wire
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError, bad_json, missing_key, not_admin, not_found
from emulators.auth.fields import Fields
from emulators.auth.middlewares import allow_any_origin, errors_as_json

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_PROJECTS = 100
SHUTDOWN_S = 1.0
ID_TOOLKIT = "/identitytoolkit.googleapis.com/v1"
SECURE_TOKEN = "/securetoken.googleapis.com/v1/token"  # noqa: S105 (a path)
EMULATOR = "/emulator/v1/projects/{project}"
LETTERS = string.ascii_letters + string.digits

CLIENT_CALLS: dict[str, Callable[[Desk, Fields], Wire]] = {
    "signUp": client_operations.sign_up,
    "signInWithPassword": client_operations.sign_in_with_password,
    "signInWithCustomToken": client_operations.sign_in_with_custom_token,
    "lookup": client_operations.lookup,
    "update": client_operations.update,
    "delete": client_operations.delete,
    "sendVerificationCode": phone.send_code,
    "signInWithPhoneNumber": phone.sign_in,
}
ADMIN_CALLS: dict[str, Callable[[Desk, Fields], Wire]] = {
    "signUp": admin_operations.create,
    "lookup": admin_operations.lookup,
    "update": admin_operations.update,
    "delete": admin_operations.delete,
    "batchCreate": admin_operations.batch_create,
    "batchDelete": admin_operations.batch_delete,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where to listen (port 0: any free one) and the project that API keys belong to."""

    host: str = "127.0.0.1"
    port: int = 9099
    project: str = "demo-project"
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A listening Auth emulator."""

    host: str
    port: int
    runner: web.AppRunner

    async def stop(self) -> None:
        """Close the socket and end open requests."""
        await self.runner.cleanup()


async def start(options: Options) -> Running:
    """Bind and listen. Raises OSError when the port is taken."""
    application = Application(options)
    app = web.Application(
        client_max_size=MAX_BODY_BYTES,
        middlewares=[allow_any_origin, errors_as_json(MAX_BODY_BYTES)],
    )
    application.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port)
    try:
        await site.start()
    except OSError:
        await runner.cleanup()
        raise
    return Running(host=options.host, port=runner.addresses[0][1], runner=runner)


class Application:
    """The routes over the projects' desks."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._desks: dict[str, Desk] = {}

    def add_routes(self, app: web.Application) -> None:
        """Every path this emulator knows; anything else is 404."""
        projects = ID_TOOLKIT + "/projects/{project}/accounts"
        app.router.add_get("/", self._ready)
        app.router.add_post(ID_TOOLKIT + "/accounts:{action}", self._client_call)
        app.router.add_get(ID_TOOLKIT + "/recaptchaParams", self._captcha)
        app.router.add_post(SECURE_TOKEN, self._token)
        app.router.add_post(projects, self._admin_create)
        app.router.add_get(projects + ":batchGet", self._batch_get)
        app.router.add_post(projects + ":{action}", self._admin_call)
        app.router.add_get(EMULATOR + "/accounts", self._list)
        app.router.add_delete(EMULATOR + "/accounts", self._clear)
        app.router.add_get(EMULATOR + "/verificationCodes", self._codes)
        app.router.add_get(EMULATOR + "/config", self._config)
        app.router.add_patch(EMULATOR + "/config", self._configure)
        app.router.add_route("*", "/{path:.*}", self._unknown)

    async def _ready(self, _: web.Request) -> web.Response:
        return web.json_response({"authEmulator": {"ready": True}})

    async def _client_call(self, request: web.Request) -> web.Response:
        action, fields = request.match_info["action"], Fields(await _json(request))
        desk = self._desk(self._options.project)
        admin = _is_admin(request)
        if admin and "idToken" not in fields and action in ADMIN_CALLS:
            return web.json_response(ADMIN_CALLS[action](desk, fields))
        if action not in CLIENT_CALLS:
            raise not_found()
        if not admin:
            _require_key(request)
        return web.json_response(CLIENT_CALLS[action](desk, fields))

    async def _captcha(self, request: web.Request) -> web.Response:
        _require_key(request)
        return web.json_response(phone.captcha())

    async def _token(self, request: web.Request) -> web.Response:
        _require_key(request)
        form: object = dict(await request.post())
        if request.content_type == "application/json":
            form = await _json(request)
        if not isinstance(form, dict):
            raise bad_json("Expected an object.")
        desk = self._desk(self._options.project)
        return web.json_response(client_operations.refresh(desk, form))

    async def _admin_create(self, request: web.Request) -> web.Response:
        return await self._as_admin(request, admin_operations.create)

    async def _admin_call(self, request: web.Request) -> web.Response:
        call = ADMIN_CALLS.get(request.match_info["action"])
        if call is None:
            raise not_found()
        return await self._as_admin(request, call)

    async def _as_admin(
        self, request: web.Request, call: Callable[[Desk, Fields], Wire]
    ) -> web.Response:
        _require_admin(request)
        desk = self._desk(request.match_info["project"])
        return web.json_response(call(desk, Fields(await _json(request))))

    async def _batch_get(self, request: web.Request) -> web.Response:
        _require_admin(request)
        query = Fields(dict(request.query))
        desk = self._desk(request.match_info["project"])
        page = query.text("nextPageToken") or ""
        return web.json_response(admin_operations.batch_get(desk, query.whole("maxResults"), page))

    async def _list(self, request: web.Request) -> web.Response:
        desk = self._desk(request.match_info["project"])
        return web.json_response(admin_operations.batch_get(desk, -1, ""))

    async def _clear(self, request: web.Request) -> web.Response:
        self._desk(request.match_info["project"]).book.clear()
        return web.json_response({})

    async def _codes(self, request: web.Request) -> web.Response:
        return web.json_response(phone.list_codes(self._desk(request.match_info["project"])))

    async def _config(self, request: web.Request) -> web.Response:
        return web.json_response(_config_of(self._desk(request.match_info["project"])))

    async def _configure(self, request: web.Request) -> web.Response:
        desk, fields = self._desk(request.match_info["project"]), Fields(await _json(request))
        if Fields(fields.json("signIn") or {}).flag("allowDuplicateEmails"):
            raise AuthError("allowDuplicateEmails: true is not supported.", http_status=501)
        if "emailPrivacyConfig" in fields:
            privacy = Fields(fields.json("emailPrivacyConfig"))
            desk.hide_unknown_emails = privacy.flag("enableImprovedEmailPrivacy") or False
        return web.json_response(_config_of(desk))

    async def _unknown(self, _: web.Request) -> web.Response:
        raise not_found()

    def _desk(self, project: str) -> Desk:
        desk = self._desks.get(project)
        if desk is None:
            if len(self._desks) >= MAX_PROJECTS:
                raise AuthError("QUOTA_EXCEEDED : Too many projects.")
            desk = Desk(project=project, now_ms=self._options.now_ms, new_id=_random_id)
            self._desks[project] = desk
        return desk


async def _json(request: web.Request) -> object:
    body = await request.read()
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise bad_json(str(error)) from None


def _is_admin(request: web.Request) -> bool:
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and credential == "owner"


def _require_admin(request: web.Request) -> None:
    if not _is_admin(request):
        raise not_admin()


def _require_key(request: web.Request) -> None:
    if not (request.query.get("key") or request.headers.get("X-Goog-Api-Key")):
        raise missing_key()


def _config_of(desk: Desk) -> Wire:
    return {
        "signIn": {"allowDuplicateEmails": False},
        "emailPrivacyConfig": {"enableImprovedEmailPrivacy": desk.hide_unknown_emails},
    }


def _random_id(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))
