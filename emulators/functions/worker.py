"""The child process that runs every function of main.py: `python -m emulators.functions.worker`.

It lives as long as its standard input stays open: when the parent goes, however it goes, this
process and everything it started end too.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulators.functions.events import BadEvent, cloud_event
from emulators.functions.output import TaggedStream, current_function

FUNCTION_HEADER = "X-Emulated-Function"
REGION_HEADER = "X-Emulated-Region"
EVENT_HEADER = "X-Emulated-Event"
CLOUD_EVENT_TYPE = "application/cloudevents+json"


def main() -> None:
    """Load the source folder, listen, report on the given descriptor, serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", required=True, type=Path)
    parser.add_argument("--report-to", required=True, type=int)
    arguments = parser.parse_args()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout = TaggedStream(1)
    sys.stderr = TaggedStream(2)
    os.chdir(arguments.source)
    repository = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [entry for entry in sys.path if entry not in {"", repository}]
    functions, error = _load()
    _serve(functions, error, arguments.report_to)


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _load() -> tuple[dict[str, Callable[..., Any]], str | None]:
    try:
        from firebase_functions.private.serving import get_functions  # noqa: PLC0415

        functions = get_functions()  # type: ignore[no-untyped-call]
    except SystemExit as error:
        return {}, f"main.py called sys.exit({error.code!r}) while it was imported\n"
    except BaseException:
        return {}, traceback.format_exc()
    return dict(functions), None


def _serve(functions: Mapping[str, Callable[..., Any]], error: str | None, report_to: int) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    from emulators.functions.manifest import endpoints_of  # noqa: PLC0415

    class QuietHandler(WSGIRequestHandler):
        disable_nagle_algorithm = True

        def log(self, *_: object) -> None:
            """The parent logs calls; this server stays silent."""

    application = _application(functions)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler)
    report = {
        "port": server.server_port,
        "endpoints": [endpoint.to_wire() for endpoint in endpoints_of(functions)],
        "error": error,
    }
    with os.fdopen(report_to, "w") as pipe:
        pipe.write(json.dumps(report))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.serve_forever()


def _application(functions: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    from flask import Flask, Response, request  # noqa: PLC0415
    from werkzeug.routing import Rule  # noqa: PLC0415

    app = Flask("functions", static_folder=None)

    def run(path: str) -> Any:  # noqa: ARG001 (functions read it from the request)
        name = str(request.environ.pop(_wsgi(FUNCTION_HEADER)))
        region = str(request.environ.pop(_wsgi(REGION_HEADER), ""))
        is_event = request.environ.pop(_wsgi(EVENT_HEADER), None) is not None
        token = current_function.set(name)
        try:
            if is_event:
                return _call_with_event(functions[name], request.get_data(), region)
            return functions[name](request)
        except BadEvent as error:
            return Response(f"Not an event: {error}\n", status=400)
        except Exception:
            traceback.print_exc()
            return Response("Internal Server Error\n", status=500)
        finally:
            current_function.reset(token)

    app.url_map.add(Rule("/", endpoint="run", defaults={"path": ""}))
    app.url_map.add(Rule("/<path:path>", endpoint="run"))
    app.view_functions["run"] = run
    return app


def _call_with_event(function: Callable[..., Any], body: bytes, region: str) -> str:
    from cloudevents.http import from_http  # noqa: PLC0415

    host = os.environ.get("FIREBASE_DATABASE_EMULATOR_HOST", "")
    event = cloud_event(body, region=region, database_host=host)
    function(from_http({"Content-Type": CLOUD_EVENT_TYPE}, json.dumps(event).encode()))
    return "OK"


def _wsgi(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")


if __name__ == "__main__":
    main()
