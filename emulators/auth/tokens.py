"""ID tokens, refresh tokens and custom tokens, unsigned as in every Firebase emulator.

An ID token's header is `{"alg":"none","typ":"JWT"}` and its signature is empty. A refresh token
carries its own facts, so that a device stays signed in over a restart of the emulator.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from emulators.auth.accounts import Account
from emulators.auth.errors import AuthError, require

ID_TOKEN_SECONDS = 3600
MAX_TOKEN_CHARS = 65_536
CUSTOM_AUDIENCE = (
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"
)
RESERVED_CLAIMS = frozenset(
    {"acr", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "cnf", "exp", "firebase"}
    | {"iat", "iss", "jti", "nbf", "nonce", "sub"}
)
MAX_CLAIMS_CHARS = 1000

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a refresh token stands for."""

    project: str
    uid: str
    provider: str
    auth_time_s: int
    extra_claims: Claims
    serial: str


def encode_jwt(payload: Claims) -> str:
    """An unsigned JWT: header.payload. (the third part is empty)."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(payload)}."


def decode_jwt(token: str) -> Claims | None:
    """The payload of any JWT, its signature unread; None when it is no JWT."""
    parts = token.split(".")
    if len(token) > MAX_TOKEN_CHARS or len(parts) != 3 or _unpart(parts[0]) is None:
        return None
    return _unpart(parts[1])


def id_token(account: Account, grant: Grant, now_s: int) -> str:
    """The ID token of a signed-in account; custom claims stand at the top level."""
    identities: dict[str, list[str]] = {"email": [account.email]} if account.email else {}
    if account.phone_number:
        identities["phone"] = [account.phone_number]
    for linked in account.federated:
        identities.setdefault(linked.provider_id, []).append(linked.raw_id)
    optional = {
        "name": account.display_name,
        "picture": account.photo_url,
        "email": account.email,
        "email_verified": account.email_verified if account.email else None,
        "phone_number": account.phone_number,
        "provider_id": grant.provider if grant.provider == "anonymous" else None,
    }
    payload: dict[str, object] = {
        **parse_claims(account.claims or "{}"),
        **grant.extra_claims,
        **{name: value for name, value in optional.items() if value is not None},
        "auth_time": grant.auth_time_s,
        "user_id": account.uid,
        "firebase": {"identities": identities, "sign_in_provider": grant.provider},
        "iat": now_s,
        "exp": now_s + ID_TOKEN_SECONDS,
        "aud": grant.project,
        "iss": f"https://securetoken.google.com/{grant.project}",
        "sub": account.uid,
    }
    return encode_jwt(payload)


def encode_grant(grant: Grant) -> str:
    """A refresh token: opaque to clients, readable here."""
    return _part(
        {
            "project": grant.project,
            "uid": grant.uid,
            "provider": grant.provider,
            "auth_time": grant.auth_time_s,
            "claims": grant.extra_claims,
            "serial": grant.serial,
        }
    )


def decode_grant(token: str) -> Grant:
    """Read a refresh token. Raises INVALID_REFRESH_TOKEN."""
    match _unpart(token) if len(token) <= MAX_TOKEN_CHARS else None:
        case {
            "project": str(project),
            "uid": str(uid),
            "provider": str(provider),
            "auth_time": int(auth_time_s),
            "claims": dict(claims),
            "serial": str(serial),
        }:
            return Grant(
                project=project,
                uid=uid,
                provider=provider,
                auth_time_s=auth_time_s,
                extra_claims=claims,
                serial=serial,
            )
        case _:
            raise AuthError("INVALID_REFRESH_TOKEN")


def parse_claims(text: str) -> Claims:
    """Custom claims from their JSON text.

    Raises INVALID_CLAIMS, CLAIMS_TOO_LARGE and FORBIDDEN_CLAIM.
    """
    require(len(text) <= MAX_CLAIMS_CHARS, "CLAIMS_TOO_LARGE")
    try:
        claims = json.loads(text)
    except ValueError:
        raise AuthError("INVALID_CLAIMS") from None
    return check_claims(claims)


def check_claims(claims: object) -> Claims:
    """Refuse claims that are no object or that shadow a claim of the token itself."""
    if not isinstance(claims, dict):
        raise AuthError("INVALID_CLAIMS")
    for name in sorted(RESERVED_CLAIMS & claims.keys()):
        raise AuthError(f"FORBIDDEN_CLAIM : {name}")
    return claims


def _part(value: Claims) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _unpart(text: str) -> Claims | None:
    try:
        raw = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        value = json.loads(raw)
    except (ValueError, binascii.Error):
        return None
    return value if isinstance(value, dict) else None
