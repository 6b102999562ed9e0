"""What one path gets: a redirect, a file, a function or 404. Files are asked for by a function.

Order as in production: redirects, exact files (with cleanUrls and trailingSlash), rewrites, 404.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from emulators.hosting.config import HostingConfig, ToFile, ToFunction
from emulators.hosting.patterns import fill

Exists = Callable[[str], bool]
"""Whether a path such as `/a/b.html` names a file that may be served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Serve this file of `public`."""

    path: str
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Answer with a Location."""

    location: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """Neither file nor rewrite, and no 404.html."""


Outcome = File | Moved | ToFunction | NotFound


def resolve(config: HostingConfig, raw_path: str, query: str, exists: Exists) -> Outcome:
    """`raw_path` is percent-encoded, `query` includes its question mark or is empty."""
    path = normal_path(raw_path)
    if path is None:
        return _missing(exists)
    for redirect in config.redirects:
        captures = redirect.pattern.match(path)
        if captures is not None:
            location = quote(fill(redirect.destination, captures), safe="/:?#[]@!$&'()*+,;=%")
            return Moved(location=location + query, status=redirect.status)
    found = _file(config, path, query, exists)
    if found is not None:
        return found
    for rewrite in config.rewrites:
        captures = rewrite.pattern.match(path)
        if captures is None:
            continue
        if isinstance(rewrite.to, ToFunction):
            return rewrite.to
        return _destination(config, rewrite.to, captures, exists)
    return _missing(exists)


def normal_path(raw_path: str) -> str | None:
    """The decoded path without `//`, `.` and `..`; None when it would leave the root."""
    decoded = unquote(raw_path)
    if "\0" in decoded or "\\" in decoded:
        return None
    depth = 0
    for part in decoded.split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            return None
    path = "/" + posixpath.normpath("/" + decoded).lstrip("/")
    return f"{path}/" if decoded.endswith("/") and path != "/" else path


def _file(config: HostingConfig, path: str, query: str, exists: Exists) -> Outcome | None:
    slash = config.trailing_slash
    if exists(path):
        if config.clean_urls and path.endswith(".html"):
            clean = path.removesuffix(".html").removesuffix("/index")
            return _moved(clean + ("/" if slash else ""), query)
        return File(path=path)
    has_slash = path.endswith("/") and path != "/"
    bare = path.rstrip("/")
    if exists(f"{bare}/index.html"):
        if has_slash and slash is False:
            return _moved(bare, query)
        if path != "/" and not has_slash and (slash or (slash is None and not config.clean_urls)):
            return _moved(f"{bare}/", query)
        return File(path=f"{bare}/index.html")
    if config.clean_urls and bare and exists(f"{bare}.html"):
        if has_slash and slash is None:
            return None
        if has_slash and slash is False:
            return _moved(bare, query)
        if slash and not has_slash:
            return _moved(f"{bare}/", query)
        return File(path=f"{bare}.html")
    return None


def _destination(
    config: HostingConfig, to: ToFile, captures: dict[str, str], exists: Exists
) -> Outcome:
    path = normal_path(fill(to.path, captures))
    for candidate in (path, f"{path}.html", f"{(path or '').rstrip('/')}/index.html"):
        if path is not None and candidate is not None and exists(candidate):
            if candidate == f"{path}.html" and not config.clean_urls:
                continue
            return File(path=candidate)
    return _missing(exists)


def _moved(path: str, query: str) -> Moved:
    return Moved(location=(quote(path) or "/") + query, status=301)


def _missing(exists: Exists) -> Outcome:
    return File(path="/404.html", status=404) if exists("/404.html") else NotFound()
