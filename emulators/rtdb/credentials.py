"""Credentials to principals. Tokens are read, never verified, and may have expired.

The admin SDKs send the literal `owner` to an emulator; ID tokens of the Auth emulator are
unsigned (`alg: none`). https://firebase.google.com/docs/emulator-suite/connect_rtdb
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from emulators.rtdb import json_text
from emulators.rtdb.core.principal import ADMIN, Principal
from emulators.rtdb.errors import CredentialError, RequestError

OWNER = "owner"
GOOGLE_PREFIX = "ya29."  # how every Google OAuth2 access token begins
UNREADABLE = "Could not parse auth token."


def principal_of(credential: str) -> Principal:
    """Who a token stands for; CredentialError if it cannot be read.

    `owner` and Google access tokens, which only servers have, are the admin's.
    """
    if credential == OWNER or credential.startswith(GOOGLE_PREFIX):
        return ADMIN
    return Principal(auth=_auth_variable(_claims(credential)))


def overridden(variable: Any) -> Principal:
    """An admin acting under the rules as this `auth` (None: as nobody signed in)."""
    if variable is not None and not isinstance(variable, dict):
        raise RequestError("auth_variable_override must be a JSON object or null")
    return Principal(auth=variable)


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3 or not isinstance(_part(parts[0]), dict):
        raise CredentialError(UNREADABLE)
    claims = _part(parts[1])
    if not isinstance(claims, dict):
        raise CredentialError(UNREADABLE)
    return claims


def _part(text: str) -> Any:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return json_text.read(raw)
    except (ValueError, binascii.Error, RequestError):
        raise CredentialError(UNREADABLE) from None


def _auth_variable(claims: dict[str, Any]) -> dict[str, Any]:
    """`auth` as the rules see it; a legacy custom token carries it whole in `d`."""
    legacy = claims.get("d")
    if isinstance(legacy, dict):
        return legacy
    uid = claims.get("user_id") or claims.get("sub") or claims.get("uid")
    if not isinstance(uid, str):
        raise CredentialError(UNREADABLE)
    firebase = claims.get("firebase")
    provider = firebase.get("sign_in_provider") if isinstance(firebase, dict) else None
    return {
        "uid": uid,
        "provider": provider or claims.get("provider_id") or "custom",
        "token": claims,
    }
