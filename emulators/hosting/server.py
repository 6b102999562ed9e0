"""The Hosting emulator's socket."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from emulators.hosting.config import HostingConfig, ToFunction
from emulators.hosting.forwarding import forward
from emulators.hosting.resolve import File, Moved, normal_path, resolve
from emulators.proxying import client_session

MAX_BODY_BYTES = 32 * 1024 * 1024
SHUTDOWN_S = 1.0
KEPT_UNLESS_SAID = "max-age=3600"  # what Hosting says of a file that no header rule speaks of
INIT_JSON = "/__/firebase/init.json"
NOT_FOUND_PAGE = "<!doctype html><title>Page Not Found</title><h1>404</h1><p>No such page here.\n"
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
}
TEXT_TYPES = frozenset({"application/json", "application/manifest+json", "image/svg+xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`functions` is host:port of the Functions emulator, None when it does not run."""

    config: HostingConfig
    host: str = "127.0.0.1"
    port: int = 5000
    project: str = "demo-project"
    functions: str | None = None
    web_config: Mapping[str, object] = field(default_factory=dict)
    """What /__/firebase/init.json tells a page (projectId, databaseURL, apiKey, ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A listening Hosting emulator."""

    host: str
    port: int
    site: Site
    runner: web.AppRunner

    async def stop(self) -> None:
        """Close the socket and end open requests."""
        await self.runner.cleanup()
        await self.site.close()


async def start(options: Options) -> Running:
    """Bind and listen. Raises OSError when the port is taken."""
    site = Site(options)
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
    except OSError:
        await runner.cleanup()
        await site.close()
        raise
    return Running(host=options.host, port=runner.addresses[0][1], site=site, runner=runner)


class Site:
    """Answers one request after the other from `public` and the functions."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._config = options.config
        self._session = client_session()

    async def close(self) -> None:
        """Close the connections to the functions."""
        await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one request."""
        raw_path, mark, query = request.raw_path.partition("?")
        if raw_path == INIT_JSON:
            return web.json_response(dict(self._options.web_config))
        outcome = resolve(self._config, raw_path, mark + query, self._exists)
        own = self._own_headers(normal_path(raw_path))
        if isinstance(outcome, ToFunction):
            return await self._forward(outcome, request, own)
        response: web.StreamResponse
        if isinstance(outcome, Moved):
            response = web.Response(status=outcome.status, headers={"Location": outcome.location})
        elif request.method not in {"GET", "HEAD"}:
            response = web.Response(status=405, headers={"Allow": "GET, HEAD"})
        elif isinstance(outcome, File):
            response = self._file(outcome)
        else:
            response = web.Response(status=404, text=NOT_FOUND_PAGE, content_type="text/html")
        for name, value in own:
            response.headers[name] = value
        return response

    async def _forward(
        self, to: ToFunction, request: web.Request, own: list[tuple[str, str]]
    ) -> web.StreamResponse:
        if self._options.functions is None:
            return web.Response(status=502, text="The Functions emulator does not run.\n")
        base = f"http://{self._options.functions}/{self._options.project}/{to.region}/{to.name}"
        return await forward(self._session, base, request, own)

    def _file(self, outcome: File) -> web.StreamResponse:
        path = self._path(outcome.path)
        headers = {"Content-Type": content_type(path), "Cache-Control": KEPT_UNLESS_SAID}
        if outcome.status == 200:
            return web.FileResponse(path, headers=headers)
        return web.Response(status=outcome.status, body=path.read_bytes(), headers=headers)

    def _own_headers(self, path: str | None) -> list[tuple[str, str]]:
        if path is None:
            return []
        return [
            header
            for rule in self._config.headers
            if rule.pattern.match(path) is not None
            for header in rule.headers
        ]

    def _exists(self, path: str) -> bool:
        if any(pattern.match(path) is not None for pattern in self._config.ignore):
            return False
        try:
            file = self._path(path).resolve()
            return file.is_relative_to(self._config.public) and file.is_file()
        except OSError:  # a name longer than the file system takes
            return False

    def _path(self, path: str) -> Path:
        return self._config.public / path.lstrip("/")


def content_type(path: Path) -> str:
    """The type of a file by its ending, with UTF-8 for text."""
    known = TYPES.get(path.suffix.lower())
    kind = known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in TEXT_TYPES:
        return f"{kind}; charset=utf-8"
    return kind
