"""Accounts to and from the JSON of Identity Toolkit (`UserInfo`); times there are decimal text."""

from __future__ import annotations

from datetime import UTC, datetime

from emulators.auth.accounts import Account, Federated, Password
from emulators.auth.errors import AuthError, require
from emulators.auth.fields import Fields

PASSWORD_PROVIDER = "password"  # noqa: S105 (the provider's name)
PHONE_PROVIDER = "phone"
MAX_MS = 253_402_300_800_000
"""The year 10000."""


def account_to_wire(account: Account, *, with_password: bool) -> dict[str, object]:
    """One `UserInfo`; the readable hash only for admins and exports."""
    wire: dict[str, object | None] = {
        "localId": account.uid,
        "email": account.email,
        "emailVerified": account.email_verified if account.email else None,
        "phoneNumber": account.phone_number,
        "displayName": account.display_name,
        "photoUrl": account.photo_url,
        "disabled": account.disabled or None,
        "customAttributes": account.claims,
        "customAuth": account.custom_auth or None,
        "createdAt": str(account.created_at_ms),
        "lastLoginAt": _text(account.last_login_at_ms),
        "lastRefreshAt": _iso(account.last_refresh_at_ms),
        "validSince": _text(account.valid_since_s),
        "passwordUpdatedAt": account.password_updated_at_ms,
        "providerUserInfo": providers_to_wire(account),
    }
    if with_password and account.password is not None:
        wire["salt"] = account.password.salt
        wire["passwordHash"] = account.password.hashed
    return {name: value for name, value in wire.items() if value is not None}


def providers_to_wire(account: Account) -> list[dict[str, str]]:
    """How this account can sign in: password, phone and linked identities."""
    entries: list[dict[str, str | None]] = []
    if account.email is not None and account.password is not None:
        entries.append(
            {
                "providerId": PASSWORD_PROVIDER,
                "rawId": account.email,
                "federatedId": account.email,
                "email": account.email,
                "displayName": account.display_name,
                "photoUrl": account.photo_url,
            }
        )
    if account.phone_number is not None:
        entries.append(
            {
                "providerId": PHONE_PROVIDER,
                "rawId": account.phone_number,
                "phoneNumber": account.phone_number,
            }
        )
    entries += [
        {
            "providerId": linked.provider_id,
            "rawId": linked.raw_id,
            "email": linked.email,
            "displayName": linked.display_name,
            "photoUrl": linked.photo_url,
            "phoneNumber": linked.phone_number,
        }
        for linked in account.federated
    ]
    return [{name: value for name, value in e.items() if value is not None} for e in entries]


def account_from_wire(fields: Fields, *, now_ms: int, new_salt: str) -> Account:
    """An imported `UserInfo`. Raises AuthError saying what is wrong with this one user."""
    uid = fields.text("localId")
    require(uid, "localId is missing")
    phone_number = fields.text("phoneNumber")
    require(not phone_number or phone_number.startswith("+"), "phone number format is invalid")
    password = _password(fields, new_salt)
    created_at_ms = fields.whole("createdAt")
    valid_since_s = fields.whole("validSince")
    updated_at_ms = fields.whole("passwordUpdatedAt")
    return Account(
        uid=uid or "",
        created_at_ms=now_ms if created_at_ms is None else created_at_ms,
        email=checked_email(fields.text("email"), "email is invalid"),
        email_verified=fields.flag("emailVerified") or False,
        phone_number=phone_number,
        display_name=fields.text("displayName"),
        photo_url=fields.text("photoUrl"),
        disabled=fields.flag("disabled") or False,
        claims=fields.text("customAttributes"),
        password=password,
        password_updated_at_ms=None if password is None else (updated_at_ms or now_ms),
        custom_auth=fields.flag("customAuth") or False,
        federated=tuple(
            linked
            for linked in map(_federated, fields.objects("providerUserInfo"))
            if linked.provider_id not in {PASSWORD_PROVIDER, PHONE_PROVIDER}
        ),
        last_login_at_ms=fields.whole("lastLoginAt"),
        last_refresh_at_ms=_ms(fields.text("lastRefreshAt")),
        valid_since_s=now_ms // 1000 if valid_since_s is None else valid_since_s,
    )


def checked_email(email: str | None, refusal: str = "INVALID_EMAIL") -> str | None:
    """An address in lower case; something, one @, something."""
    if email is None:
        return None
    name, at, domain = email.partition("@")
    require(name and at and domain and "@" not in domain, refusal)
    return email.lower()


def _password(fields: Fields, new_salt: str) -> Password | None:
    hashed, plain = fields.text("passwordHash"), fields.text("rawPassword")
    salt = fields.text("salt")
    if hashed is not None:
        return Password(salt=salt or "", hashed=hashed)
    return None if plain is None else Password.of(plain, salt or new_salt)


def _federated(fields: Fields) -> Federated:
    provider_id, raw_id = fields.text("providerId"), fields.text("rawId")
    require(provider_id and raw_id, "federatedId or (providerId & rawId) is required")
    return Federated(
        provider_id=provider_id or "",
        raw_id=raw_id or "",
        email=fields.text("email"),
        display_name=fields.text("displayName"),
        photo_url=fields.text("photoUrl"),
        phone_number=fields.text("phoneNumber"),
    )


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _iso(ms: int | None) -> str | None:
    if ms is None:
        return None
    moment = datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{ms % 1000:03d}Z"


def _ms(iso: str | None) -> int | None:
    if iso is None:
        return None
    try:
        moment_ms = round(datetime.fromisoformat(iso).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise AuthError(f"lastRefreshAt is no time: {iso!r}") from None
    require(0 <= moment_ms < MAX_MS, f"lastRefreshAt is no time: {iso!r}")
    return moment_ms
