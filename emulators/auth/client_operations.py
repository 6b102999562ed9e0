"""What a signed-out or signed-in client may ask: the `accounts:*` calls that take an API key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from emulators.auth.accounts import Account
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError, require
from emulators.auth.fields import Fields
from emulators.auth.tokens import (
    CUSTOM_AUDIENCE,
    Claims,
    check_claims,
    decode_grant,
    decode_jwt,
)
from emulators.auth.wire import (
    PASSWORD_PROVIDER,
    account_to_wire,
    checked_email,
    providers_to_wire,
)

Wire = dict[str, object]


def sign_up(desk: Desk, fields: Fields) -> Wire:
    """Register by email and password, or anonymously when neither is given."""
    require("localId" not in fields, "UNEXPECTED_PARAMETER : User ID")
    email, plain = fields.text("email"), fields.text("password")
    if fields.text("idToken"):
        return _link_password(desk, fields)
    account = Account(
        uid=desk.new_id(28),
        created_at_ms=desk.now_ms(),
        display_name=fields.text("displayName"),
    )
    if email is None and plain is None:
        return {
            "kind": "identitytoolkit#SignupNewUserResponse",
            "localId": account.uid,
            **desk.sign_in(account, "anonymous", {}),
        }
    account = _with_password(desk, account, email, plain)
    return {
        "kind": "identitytoolkit#SignupNewUserResponse",
        "localId": account.uid,
        "email": account.email,
        **desk.sign_in(account, PASSWORD_PROVIDER, {}),
    }


def sign_in_with_password(desk: Desk, fields: Fields) -> Wire:
    """Email and password to tokens."""
    email, plain = fields.text("email"), fields.text("password")
    require(email is not None, "MISSING_EMAIL")
    email = checked_email(email)
    if not plain:
        raise AuthError("MISSING_PASSWORD")
    hidden = desk.hide_unknown_emails
    account = desk.book.by_email(email or "")
    if account is None:
        raise AuthError("INVALID_LOGIN_CREDENTIALS" if hidden else "EMAIL_NOT_FOUND")
    require(not account.disabled, "USER_DISABLED")
    right = account.password is not None and account.password.matches(plain)
    require(right, "INVALID_LOGIN_CREDENTIALS" if hidden else "INVALID_PASSWORD")
    return {
        "kind": "identitytoolkit#VerifyPasswordResponse",
        "registered": True,
        "localId": account.uid,
        "email": account.email,
        "displayName": account.display_name or "",
        **desk.sign_in(account, PASSWORD_PROVIDER, {}),
    }


def sign_in_with_custom_token(desk: Desk, fields: Fields) -> Wire:
    """A custom token of the Admin SDK (or its payload as plain JSON) to tokens."""
    token = fields.text("token")
    if not token:
        raise AuthError("MISSING_CUSTOM_TOKEN")
    payload = _custom_token(token)
    uid = payload.get("uid", payload.get("user_id"))
    if not isinstance(uid, str) or not uid:
        raise AuthError("MISSING_IDENTIFIER")
    extra = check_claims(payload["claims"]) if "claims" in payload else {}
    known = desk.book.by_uid(uid)
    account = known or Account(uid=uid, created_at_ms=desk.now_ms())
    return {
        "kind": "identitytoolkit#VerifyCustomTokenResponse",
        "isNewUser": known is None,
        **desk.sign_in(replace(account, custom_auth=True), "custom", extra),
    }


def lookup(desk: Desk, fields: Fields) -> Wire:
    """The signed-in user's own account."""
    account = desk.session(_id_token(fields)).account
    return {
        "kind": "identitytoolkit#GetAccountInfoResponse",
        "users": [account_to_wire(account, with_password=False)],
    }


def update(desk: Desk, fields: Fields) -> Wire:
    """The signed-in user changes name, photo, email or password; the latter two renew tokens."""
    require(fields.text("idToken"), "INVALID_REQ_TYPE : Unsupported request parameters.")
    session = desk.session(_id_token(fields))
    require("customAttributes" not in fields, "INSUFFICIENT_PERMISSION")
    require("disableUser" not in fields, "OPERATION_NOT_ALLOWED")
    account = session.account
    account = replace(
        account,
        display_name=_kept(fields, "displayName", "DISPLAY_NAME", account.display_name),
        photo_url=_kept(fields, "photoUrl", "PHOTO_URL", account.photo_url),
    )
    email, plain = fields.text("email"), fields.text("password")
    new_email = checked_email(email) if email else None
    changed_email = new_email is not None and new_email != account.email
    if changed_email:
        account = replace(account, email=new_email, email_verified=False)
    if plain:
        account = replace(
            account,
            password=desk.hash_password(plain),
            password_updated_at_ms=desk.now_ms(),
        )
    if changed_email or plain:
        account = replace(account, valid_since_s=desk.now_s())
    account = desk.book.put(account)
    tokens: Wire = {}
    if changed_email or plain:
        provider = PASSWORD_PROVIDER if plain else session.provider
        tokens = desk.issue(account, provider, auth_time_s=desk.now_s(), extra={})
    return {**changed(account), **tokens}


def delete(desk: Desk, fields: Fields) -> Wire:
    """The signed-in user deletes their own account."""
    desk.book.remove(desk.session(_id_token(fields)).account.uid)
    return {"kind": "identitytoolkit#DeleteAccountResponse"}


def refresh(desk: Desk, form: Mapping[str, object]) -> Wire:
    """A refresh token to a new ID token and a new refresh token (securetoken `v1/token`)."""
    fields = Fields(form)
    grant_type = fields.text("grant_type") or fields.text("grantType")
    if not grant_type:
        raise AuthError("MISSING_GRANT_TYPE")
    require(grant_type == "refresh_token", "INVALID_GRANT_TYPE")
    token = fields.text("refresh_token") or fields.text("refreshToken")
    if not token:
        raise AuthError("MISSING_REFRESH_TOKEN")
    grant = decode_grant(token)
    require(grant.project == desk.project, "INVALID_REFRESH_TOKEN")
    account = desk.book.by_uid(grant.uid)
    if account is None:
        raise AuthError("USER_NOT_FOUND")
    require(not account.disabled, "USER_DISABLED")
    require(grant.auth_time_s >= (account.valid_since_s or 0), "TOKEN_EXPIRED")
    tokens = desk.issue(
        account, grant.provider, auth_time_s=grant.auth_time_s, extra=grant.extra_claims
    )
    return {
        "id_token": tokens["idToken"],
        "access_token": tokens["idToken"],
        "expires_in": tokens["expiresIn"],
        "refresh_token": tokens["refreshToken"],
        "token_type": "Bearer",
        "user_id": account.uid,
        "project_id": desk.project,
    }


def changed(account: Account) -> Wire:
    """The answer to `accounts:update`, without tokens."""
    wire: dict[str, object | None] = {
        "kind": "identitytoolkit#SetAccountInfoResponse",
        "localId": account.uid,
        "email": account.email,
        "emailVerified": account.email_verified,
        "displayName": account.display_name,
        "photoUrl": account.photo_url,
        "providerUserInfo": providers_to_wire(account),
    }
    return {name: value for name, value in wire.items() if value is not None}


def _id_token(fields: Fields) -> str:
    token = fields.text("idToken")
    if not token:
        raise AuthError("MISSING_ID_TOKEN")
    return token


def _kept(fields: Fields, name: str, attribute: str, old: str | None) -> str | None:
    if attribute in fields.texts("deleteAttribute"):
        return None
    new = fields.text(name)
    return old if new is None else new


def _with_password(desk: Desk, account: Account, email: str | None, plain: str | None) -> Account:
    if not email:
        raise AuthError("MISSING_EMAIL")
    email = checked_email(email) or ""
    if not plain:
        raise AuthError("MISSING_PASSWORD")
    require(desk.book.by_email(email) is None, "EMAIL_EXISTS")
    return replace(
        account,
        email=email,
        password=desk.hash_password(plain),
        password_updated_at_ms=desk.now_ms(),
        valid_since_s=desk.now_s(),
    )


def _link_password(desk: Desk, fields: Fields) -> Wire:
    session = desk.session(_id_token(fields))
    account = _with_password(desk, session.account, fields.text("email"), fields.text("password"))
    tokens = desk.sign_in(account, PASSWORD_PROVIDER, {})
    return {
        "kind": "identitytoolkit#SignupNewUserResponse",
        "localId": account.uid,
        "email": account.email,
        **tokens,
    }


def _custom_token(token: str) -> Claims:
    if token.startswith("{"):
        try:
            payload = json.loads(token)
        except ValueError:
            raise AuthError("INVALID_CUSTOM_TOKEN : Not strict JSON, and no JWT.") from None
        return payload if isinstance(payload, dict) else {}
    decoded = decode_jwt(token)
    if decoded is None:
        raise AuthError("INVALID_CUSTOM_TOKEN : Invalid assertion format")
    audience = decoded.get("aud")
    require(
        audience == CUSTOM_AUDIENCE,
        f"INVALID_CUSTOM_TOKEN : ((Invalid aud (audience): {audience}))",
    )
    return decoded
