"""Who sent a request: a verified Firebase ID token as a Caller.

The SDK checks the signature, project and expiry; against the Auth emulator it checks none of
them, so expiry is checked here as well.
"""

from __future__ import annotations

from firebase_admin import App, auth
from firebase_admin.exceptions import FirebaseError

from lipamita.adapters.firebase_accounts import msisdn_of
from lipamita.domain.errors import BusyError, InvalidInputError, UnauthenticatedError
from lipamita.domain.identity import Session
from lipamita.domain.ids import Uid, is_path_safe, parse_meter_id
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import SECOND_MS, Millis

CLOCK_SKEW_S = 10
_BEARER = "Bearer "
MAX_TOKEN_LENGTH = 8 * 1024


def session_of(authorization: str | None, app: App, *, now_ms: Millis) -> Session:
    """The session of a request with that Authorization header; revocation is not looked at.

    Raises UnauthenticatedError, and BusyError while Google's certificates cannot be fetched.
    """
    if not authorization or not authorization.startswith(_BEARER):
        raise UnauthenticatedError(
            "missing_token", "header Authorization must be: Bearer <Firebase ID token>"
        )
    if len(authorization) > MAX_TOKEN_LENGTH:
        raise _bad_token()
    try:
        claims = auth.verify_id_token(
            authorization.removeprefix(_BEARER).strip(), app=app, clock_skew_seconds=CLOCK_SKEW_S
        )
    except auth.CertificateFetchError as error:
        raise BusyError("busy", "identities cannot be checked just now; try again") from error
    except auth.ExpiredIdTokenError as error:
        raise _expired() from error
    except (ValueError, FirebaseError) as error:
        raise _bad_token() from error
    expires_at_s = claims.get("exp")
    if not isinstance(expires_at_s, int) or now_ms > (expires_at_s + CLOCK_SKEW_S) * SECOND_MS:
        raise _expired()
    issued_at_s = claims.get("iat")
    return Session(
        caller=_caller(claims),
        issued_at_ms=Millis((issued_at_s if isinstance(issued_at_s, int) else 0) * SECOND_MS),
        email=_text(claims.get("email")) if claims.get("email_verified") is True else None,
        msisdn=msisdn_of(claims.get("phone_number")),
        name=_text(claims.get("name")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _caller(claims: dict[str, object]) -> Caller:
    uid, role = claims.get("uid"), claims.get("role", Role.TENANT.value)
    if not isinstance(uid, str) or not is_path_safe(uid) or role not in list(Role):
        raise _bad_token()
    meter_id = None
    if role == Role.METER:
        try:
            meter_id = parse_meter_id(claims.get("meter_id"))
        except InvalidInputError as error:
            raise _bad_token() from error
    return Caller(uid=Uid(uid), role=Role(str(role)), meter_id=meter_id)


def _bad_token() -> UnauthenticatedError:
    return UnauthenticatedError("invalid_token", "the ID token is not valid; sign in again")


def _expired() -> UnauthenticatedError:
    return UnauthenticatedError("expired_token", "the ID token has expired; refresh it")
