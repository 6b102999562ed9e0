"""App Check: whether a request comes from our own app, by the token the app was given.

https://firebase.google.com/docs/app-check/custom-resource-backend
"""

from __future__ import annotations

from collections.abc import Callable

from firebase_admin import App
from firebase_admin.exceptions import FirebaseError

from lipamita.domain.errors import BusyError, UnauthenticatedError

HEADER = "X-Firebase-AppCheck"
MAX_TOKEN_LENGTH = 8 * 1024
AppVerifier = Callable[[str | None], None]


def app_verifier(app: App) -> AppVerifier:
    """What checks a header's value. It raises UnauthenticatedError, and BusyError while Google's
    keys cannot be fetched.
    """

    def verify(token: str | None) -> None:
        if not token:
            raise UnauthenticatedError(
                "missing_app_check", f"header {HEADER} must carry an App Check token"
            )
        if len(token) > MAX_TOKEN_LENGTH:
            raise _refused()
        _verify(token, app)

    return verify


def _verify(token: str, app: App) -> None:
    from firebase_admin import app_check  # noqa: PLC0415 - costs its import only where it is used
    from jwt import PyJWKClientConnectionError, PyJWTError  # noqa: PLC0415

    try:
        app_check.verify_token(token, app=app)
    except PyJWKClientConnectionError as error:
        raise BusyError("busy", "App Check cannot be asked just now; try again") from error
    except (ValueError, PyJWTError, FirebaseError) as error:
        raise _refused() from error


def _refused() -> UnauthenticatedError:
    return UnauthenticatedError("invalid_app_check", "the App Check token is not valid")
