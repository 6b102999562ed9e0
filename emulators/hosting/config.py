"""The `hosting` block of firebase.json, read once and checked.

Keys: public, ignore, cleanUrls, trailingSlash, headers, redirects, rewrites (to `function` or
`destination`). Others are refused, since ignoring them would make a local test lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulators.hosting.patterns import BadPattern, Pattern, glob, regex

DEFAULT_REGION = "us-central1"
WITHOUT_EFFECT = frozenset(
    {"site", "target", "predeploy", "postdeploy", "source", "appAssociation"}
)
KNOWN = WITHOUT_EFFECT | {
    "public",
    "ignore",
    "cleanUrls",
    "trailingSlash",
    "headers",
    "redirects",
    "rewrites",
}
REDIRECT_TYPES = frozenset({301, 302, 303, 307, 308})


class BadConfig(ValueError):  # noqa: N818 (it names what was read)
    """firebase.json holds something this emulator cannot serve; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFunction:
    """A rewrite to an HTTP function."""

    name: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFile:
    """A rewrite to a file of `public`."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Where matching paths go when no file answers them."""

    pattern: Pattern
    to: ToFunction | ToFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Where matching paths are sent before anything else is tried."""

    pattern: Pattern
    destination: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRule:
    """Headers of matching paths' answers."""

    pattern: Pattern
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostingConfig:
    """One site. `public` is absolute."""

    public: Path
    ignore: tuple[Pattern, ...] = ()
    clean_urls: bool = False
    trailing_slash: bool | None = None
    headers: tuple[HeaderRule, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()


def read_config(block: object, root: Path) -> HostingConfig:
    """The block, relative to the folder of firebase.json. Raises BadConfig."""
    if isinstance(block, list) and len(block) == 1:
        block = block[0]
    if not isinstance(block, Mapping):
        raise BadConfig("hosting: expected one site as an object")
    unknown = sorted(map(str, block.keys() - KNOWN))
    if unknown:
        raise BadConfig(f"hosting: not supported here: {', '.join(unknown)}")
    public = block.get("public")
    if not isinstance(public, str):
        raise BadConfig("hosting: expected 'public', the folder of the files")
    slash = block.get("trailingSlash")
    try:
        return HostingConfig(
            public=(root / public).resolve(),
            ignore=tuple(glob(str(text)) for text in _list(block, "ignore")),
            clean_urls=block.get("cleanUrls") is True,
            trailing_slash=slash if isinstance(slash, bool) else None,
            headers=tuple(_headers(entry) for entry in _objects(block, "headers")),
            redirects=tuple(_redirect(entry) for entry in _objects(block, "redirects")),
            rewrites=tuple(_rewrite(entry) for entry in _objects(block, "rewrites")),
        )
    except BadPattern as error:
        raise BadConfig(f"hosting: {error}") from error


def _rewrite(entry: Mapping[str, object]) -> Rewrite:
    pattern = _pattern(entry, "rewrites")
    match entry:
        case {"function": str(name)}:
            region = str(entry.get("region", DEFAULT_REGION))
            return Rewrite(pattern=pattern, to=ToFunction(name=name, region=region))
        case {"function": {"functionId": str(name), **rest}}:
            region = str(rest.get("region", DEFAULT_REGION))
            return Rewrite(pattern=pattern, to=ToFunction(name=name, region=region))
        case {"destination": str(path)}:
            return Rewrite(pattern=pattern, to=ToFile(path=path))
        case _:
            raise BadConfig(
                f"hosting: rewrite of {pattern.text!r}: expected 'function' or 'destination'"
            )


def _redirect(entry: Mapping[str, object]) -> Redirect:
    pattern, status = _pattern(entry, "redirects"), entry.get("type", 301)
    destination = entry.get("destination")
    if not isinstance(destination, str) or status not in REDIRECT_TYPES:
        raise BadConfig(f"hosting: redirect of {pattern.text!r}: needs destination and a 3xx type")
    assert isinstance(status, int)
    return Redirect(pattern=pattern, destination=destination, status=status)


def _headers(entry: Mapping[str, object]) -> HeaderRule:
    pattern = _pattern(entry, "headers")
    pairs: list[tuple[str, str]] = []
    for header in _objects(entry, "headers"):
        name, value = header.get("key"), header.get("value")
        if not isinstance(name, str) or not isinstance(value, str):
            raise BadConfig(f"hosting: headers of {pattern.text!r}: expected key and value")
        pairs.append((name, value))
    return HeaderRule(pattern=pattern, headers=tuple(pairs))


def _pattern(entry: Mapping[str, object], where: str) -> Pattern:
    for name, read in (("source", glob), ("glob", glob), ("regex", regex)):
        text = entry.get(name)
        if isinstance(text, str):
            return read(text)
    raise BadConfig(f"hosting: {where}: expected 'source' or 'regex' in each entry")


def _list(block: Mapping[str, object], name: str) -> list[object]:
    value = block.get(name, [])
    if not isinstance(value, list):
        raise BadConfig(f"hosting: {name}: expected a list")
    return value


def _objects(block: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    entries: list[Mapping[str, object]] = []
    for entry in _list(block, name):
        if not isinstance(entry, Mapping):
            raise BadConfig(f"hosting: {name}: expected objects")
        entries.append(entry)
    return entries
