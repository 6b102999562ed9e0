"""What is not data: rules, triggers, the list of databases, rule coverage and refusals."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from emulators.rtdb import json_text
from emulators.rtdb.core.database import Database
from emulators.rtdb.core.instances import Instances
from emulators.rtdb.errors import PermissionDeniedError, RequestError, TooLargeError
from emulators.rtdb.http import answers
from emulators.rtdb.http.request import Request, Response
from emulators.rtdb.http.rest import principal
from emulators.rtdb.rules.document import read_document, to_json
from emulators.rtdb.triggers.registry import parse_trigger

Answer = Callable[[Request, Instances, Database], Response]


def settings_answer(request: Request) -> Answer | None:
    """What answers this path, or None if it is one for data."""
    path = request.path.rstrip("/")
    if not path.startswith(("/.settings", "/.inspect")):
        return None
    return _ANSWERS.get((request.method, path), _unknown)


def _get_rules(request: Request, _instances: Instances, database: Database) -> Response:
    _require_admin(request)
    if request.parameters.get("format") == "strict":
        return answers.success(to_json(read_document(database.rules_text)))
    return answers.text(answers.JSON, database.rules_text)


def _put_rules(request: Request, instances: Instances, database: Database) -> Response:
    _require_admin(request)
    if len(request.body) > instances.limits.rules_bytes:
        raise TooLargeError(f"Rules are larger than {instances.limits.rules_bytes} bytes")
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError("1:1: Parse error: Rules must be UTF-8") from None
    database.set_rules(text)
    return answers.success({"status": "ok"})


def _add_trigger(request: Request, instances: Instances, _database: Database) -> Response:
    _require_admin(request)
    body = json_text.read(request.body)
    instances.triggers.add(parse_trigger(body, request.parameters.get("ns")))
    return answers.success({"status": "ok"})


def _databases(_request: Request, instances: Instances, _database: Database) -> Response:
    return answers.success([{"name": name} for name in instances.names()])


def _why(request: Request, _instances: Instances, database: Database) -> Response:
    _require_admin(request)
    return answers.success(database.denials.as_json())


def _forget_why(request: Request, _instances: Instances, database: Database) -> Response:
    _require_admin(request)
    database.denials.clear()
    return answers.success(None)


def _expire(request: Request, _instances: Instances, database: Database) -> Response:
    """For tests: what a client sees an hour after it signed in."""
    _require_admin(request)
    return answers.success({"told": database.expire_credentials(request.parameters.get("uid"))})


def _coverage(_request: Request, _instances: Instances, database: Database) -> Response:
    return answers.success({"rules": _counts(database)})


def _coverage_page(_request: Request, _instances: Instances, database: Database) -> Response:
    rows = "".join(
        f"<tr><td>{one['line']}</td><td>{html.escape(one['place'])}</td><td>{one['rule']}</td>"
        f"<td><code>{html.escape(one['expression'])}</code></td>"
        f"<td>{one['true']}</td><td>{one['false']}</td><td>{one['error']}</td></tr>"
        for one in _counts(database)
    )
    page = (
        "<!doctype html><meta charset=utf-8><title>Rules coverage</title><table border=1><tr>"
        "<th>line<th>place<th>rule<th>expression<th>true<th>false<th>error</tr>"
        f"{rows}</table>"
    )
    return answers.text("text/html; charset=utf-8", page)


def _counts(database: Database) -> list[dict[str, Any]]:
    return [
        {
            "line": rule.line,
            "column": rule.column,
            "place": "/" + "/".join(rule.place),
            "rule": f".{rule.kind}",
            "expression": rule.text,
            "true": rule.held,
            "false": rule.failed,
            "error": rule.in_error,
        }
        for rule in database.rules.rules()
    ]


def _unknown(request: Request, _instances: Instances, _database: Database) -> Response:
    return answers.failure(404, f"Nothing answers {request.method} {request.path[:200]}")


def _require_admin(request: Request) -> None:
    if not principal(request).admin:
        raise PermissionDeniedError


_ANSWERS: dict[tuple[str, str], Answer] = {
    ("GET", "/.settings/rules.json"): _get_rules,
    ("PUT", "/.settings/rules.json"): _put_rules,
    ("POST", "/.settings/functionTriggers.json"): _add_trigger,
    ("PUT", "/.settings/functionTriggers.json"): _add_trigger,
    ("GET", "/.inspect/databases.json"): _databases,
    ("GET", "/.inspect/why.json"): _why,
    ("DELETE", "/.inspect/why.json"): _forget_why,
    ("POST", "/.inspect/expire.json"): _expire,
    ("GET", "/.inspect/coverage.json"): _coverage,
    ("GET", "/.inspect/coverage"): _coverage_page,
}
