"""POST /claim and /claim/complete: what a board says before it has an account."""

from __future__ import annotations

from flask import Request, Response

from lipamita.entrypoints import claims, http


def handle(request: Request) -> Response:
    """Route by path; 404 for an unknown path, 405 for a wrong method."""
    match http.path_below(request, "/claim"):
        case []:
            http.require_method(request, "POST")
            return claims.take(request)
        case ["complete"]:
            http.require_method(request, "POST")
            return claims.complete(request)
    raise http.not_found()
