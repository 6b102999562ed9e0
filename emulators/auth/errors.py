"""Refusals in the shape that Google's Identity Toolkit documents for its REST API.

`{"error": {"code": 400, "message": "EMAIL_NOT_FOUND", "errors": [{message, reason, domain}]}}`.
Client libraries branch on the part of `message` before a colon.
"""

from __future__ import annotations

from typing import Final

MISSING_KEY: Final = "The request is missing a valid API key."
NOT_ADMIN: Final = (
    "Request is missing required authentication credential. "
    'Expected "Authorization: Bearer owner" on this path.'
)


class AuthError(Exception):
    """A refused request: HTTP status, the wire's message, Google's status name where it has one."""

    def __init__(
        self, message: str, *, http_status: int = 400, status: str = "", reason: str = "invalid"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.status = status
        self.reason = reason

    def to_wire(self) -> dict[str, object]:
        """The JSON body: `{"error": {...}}`."""
        error: dict[str, object] = {
            "code": self.http_status,
            "message": self.message,
            "errors": [{"message": self.message, "reason": self.reason, "domain": "global"}],
        }
        if self.status:
            error["status"] = self.status
        return {"error": error}


def missing_key() -> AuthError:
    """A client call without `key=` (any non-empty key will do)."""
    return AuthError(MISSING_KEY, http_status=403, status="PERMISSION_DENIED", reason="forbidden")


def not_admin() -> AuthError:
    """An admin call without the emulator's admin credential."""
    return AuthError(NOT_ADMIN, http_status=401, status="UNAUTHENTICATED", reason="required")


def bad_json(found: str) -> AuthError:
    """A body that is not the JSON object the call takes."""
    return AuthError(
        f"Invalid JSON payload received. {found}", status="INVALID_ARGUMENT", reason="parseError"
    )


def not_found() -> AuthError:
    """No such path or method."""
    return AuthError("Not Found", http_status=404, status="NOT_FOUND", reason="notFound")


def require(condition: object, message: str) -> None:
    """Refuse with `message` (400) unless `condition` holds."""
    if not condition:
        raise AuthError(message)
