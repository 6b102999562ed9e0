"""Reads and writes over REST. https://firebase.google.com/docs/reference/rest/database"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulators.rtdb import json_text
from emulators.rtdb.core.database import Database, etag_of
from emulators.rtdb.core.instances import Instances
from emulators.rtdb.core.principal import ANONYMOUS, Principal
from emulators.rtdb.core.write import Write, merge, replace
from emulators.rtdb.credentials import overridden, principal_of
from emulators.rtdb.errors import (
    ConflictError,
    CredentialError,
    PermissionDeniedError,
    RequestError,
    TooLargeError,
)
from emulators.rtdb.http import answers
from emulators.rtdb.http.request import Request, Response
from emulators.rtdb.query.rest import parse_query
from emulators.rtdb.query.spec import Query
from emulators.rtdb.tree.node import Leaf, Node, get
from emulators.rtdb.tree.path import Path, parse_path, split_priority
from emulators.rtdb.tree.to_json import export, plain, shallow

NO_DATA = "Error: No data supplied."
NOT_AN_OBJECT = (
    "Invalid data; couldn't parse JSON object. Are you sending a JSON object with valid key names?"
)
_TIMEOUT = re.compile(r"(\d{1,9})(ms|s|min)")
_TIMEOUT_UNITS_MS = {"ms": 1, "s": 1000, "min": 60_000}
_MAX_TIMEOUT_MS = 15 * 60_000
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]*", re.ASCII)
_WRITE_SIZES_MIB = {"tiny": 1, "small": 10, "medium": 30, "large": 60, "unlimited": 256}


def principal(request: Request) -> Principal:
    """Who asks, by `Authorization: Bearer`, `access_token` or `auth`, and the override."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if header and (scheme.lower() != "bearer" or not token):
        raise CredentialError("Unsupported authorization header; expected a Bearer token.")
    credential = token or request.parameters.get("access_token") or request.parameters.get("auth")
    who = principal_of(credential.strip()) if credential else ANONYMOUS
    override = request.parameters.get("auth_variable_override")
    if override is None or not who.admin:
        return who
    return overridden(json_text.read(override))


def answer(request: Request, instances: Instances, database: Database) -> Response:
    """The response to a request for data; raises one of answers.REQUEST_ERRORS."""
    path = node_path(request.path)
    who = principal(request)
    _check_parameters(request)
    if request.method in ("GET", "HEAD"):
        return _read(request, database, path, who)
    return _write(request, instances, database, path, who)


def node_path(url_path: str) -> Path:
    """The path of a URL ending in `.json`."""
    if not url_path.endswith(".json"):
        raise RequestError("append .json to your request URI to use the REST API.")
    return parse_path(url_path[: -len(".json")], priority_allowed=True)


def selection(request: Request, database: Database, path: Path) -> Query | None:
    """The query of a GET, checked against the indexes."""
    query = parse_query(request.parameters)
    if query is not None:
        database.require_index(path, query)
    return query


def _read(request: Request, database: Database, path: Path, who: Principal) -> Response:
    if "if-match" in request.headers:
        raise RequestError("if-match is not supported for this request")
    place, is_priority = split_priority(path)
    node = database.read(place, who, selection(request, database, place))
    if is_priority:
        node = Leaf(node.priority) if node is not None and node.priority is not None else None
    headers: dict[str, str] = {}
    known = request.headers.get("if-none-match")
    if known is not None or request.headers.get("x-firebase-etag") == "true":
        headers["ETag"] = etag_of(node)
        if known is not None and known == headers["ETag"]:
            return answers.unchanged(known)
    if name := request.parameters.get("download"):
        safe = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
        headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    return _shown(request, _form(request)(node), database, headers)


def _write(
    request: Request, instances: Instances, database: Database, path: Path, who: Principal
) -> Response:
    headers: dict[str, str] = {}
    write, result, at = _asked(request, instances, path)
    if request.method == "PATCH" and "if-match" in request.headers:
        raise RequestError("if-match is not supported for this request")
    tag = request.headers.get("if-match")
    try:
        database.write(
            write,
            who,
            expected=None if tag is None else lambda node: etag_of(node) == tag,
            triggers=not request.wants("disableTriggers"),
        )
    except ConflictError:
        return _conflict(request, database, path, who)
    tagged = tag is not None or request.headers.get("x-firebase-etag") == "true"
    if tagged and request.method != "PATCH":
        headers["ETag"] = database.etag(split_priority(at)[0])
    if request.method in ("PUT", "PATCH") and _may_have_server_values(request.body):
        result = _stored(request, database, path)
    return _shown(request, result, database, headers)


def _asked(request: Request, instances: Instances, path: Path) -> tuple[Write, Any, Path]:
    """The write, the JSON it answers with, and the path it writes."""
    if request.method == "DELETE":
        return replace(path, None), None, path
    body = json_text.read(_required(request))
    if request.method != "PUT" and split_priority(path)[1]:
        raise RequestError("Invalid path: a priority has no children")
    if request.method == "POST":
        name = instances.push_ids.next(instances.clock())
        return replace((*path, name), body), {"name": name}, (*path, name)
    if request.method == "PATCH":
        if not isinstance(body, dict):
            raise RequestError(NOT_AN_OBJECT)
        return merge(path, body), body, path
    return replace(path, body), body, path


def _required(request: Request) -> bytes:
    if not request.body.strip():
        raise RequestError(NO_DATA)
    limit_name = request.parameters.get("writeSizeLimit", "unlimited")
    if len(request.body) > _WRITE_SIZES_MIB[limit_name] * 1024 * 1024:
        raise TooLargeError(
            "WRITE_TOO_BIG: Data to write exceeds the maximum size that can be modified "
            f"with a single request (writeSizeLimit={limit_name})."
        )
    return request.body


def _may_have_server_values(body: bytes) -> bool:
    return b'".sv"' in body


def _stored(request: Request, database: Database, path: Path) -> Any:
    """What a PUT or PATCH with server values left behind: the answer shows them resolved."""
    if request.method == "PUT":
        return plain(get(database.tree, split_priority(path)[0]))
    keys: Mapping[str, Any] = json_text.read(request.body)
    return {key: plain(get(database.tree, path + parse_path(key))) for key in keys}


def _conflict(request: Request, database: Database, path: Path, who: Principal) -> Response:
    """412 with the current value, which the asker must be allowed to read."""
    try:
        node = database.read(split_priority(path)[0], who)
    except PermissionDeniedError:
        return answers.failure(412, str(ConflictError()) or "Precondition failed")
    shown = _shown(request, plain(node), database, {"ETag": etag_of(node)})
    return Response(status=412, headers=shown.headers, body=shown.body)


def _form(request: Request) -> Callable[[Node | None], Any]:
    if request.wants("shallow"):
        return shallow
    return export if request.parameters.get("format") == "export" else plain


def _shown(
    request: Request, value: Any, database: Database, headers: Mapping[str, str]
) -> Response:
    style = request.parameters.get("print")
    if style == "silent":
        return answers.silent(**headers)
    response = answers.success(value, pretty=style == "pretty", **headers)
    if len(response.body) > database.limits.response_bytes:
        raise TooLargeError("The specified payload is too large, request a smaller part of it.")
    callback = request.parameters.get("callback")
    if callback is None or request.method != "GET":
        return response
    script = b"/**/" + callback.encode("ascii") + b"(" + response.body + b");"
    kind = {"Content-Type": "application/javascript; charset=utf-8"}
    return Response(headers={**response.headers, **kind}, body=script)


def _check_parameters(request: Request) -> None:
    parameters = request.parameters
    if request.wants("shallow") and parameters.get("format") == "export":
        raise RequestError("shallow and format=export cannot be used together")
    if parameters.get("print", "pretty") not in ("pretty", "silent"):
        raise RequestError("print must be pretty or silent")
    if parameters.get("writeSizeLimit", "unlimited") not in _WRITE_SIZES_MIB:
        raise RequestError("writeSizeLimit must be tiny, small, medium, large or unlimited")
    if "timeout" in parameters:
        match = _TIMEOUT.fullmatch(parameters["timeout"])
        ms = int(match.group(1)) * _TIMEOUT_UNITS_MS[match.group(2)] if match else 0
        if not 0 < ms <= _MAX_TIMEOUT_MS:
            raise RequestError("timeout must be a positive time up to 15min, as in 3ms, 3s, 3min")
    callback = parameters.get("callback")
    if callback is not None and not _CALLBACK.fullmatch(callback):
        raise RequestError("callback must be the name of a function")
