"""What the Admin SDK asks with the emulator's own credential: any account, by uid."""

from __future__ import annotations

from dataclasses import replace

from emulators.auth.accounts import Account
from emulators.auth.client_operations import Wire, changed
from emulators.auth.desk import Desk
from emulators.auth.errors import AuthError, require
from emulators.auth.fields import MAX_ITEMS, Fields
from emulators.auth.tokens import parse_claims
from emulators.auth.wire import (
    PASSWORD_PROVIDER,
    PHONE_PROVIDER,
    account_from_wire,
    account_to_wire,
    checked_email,
)

DEFAULT_PAGE = 20


def create(desk: Desk, fields: Fields) -> Wire:
    """A new account; uid, email, phone number, password and more, all optional."""
    uid = fields.text("localId") or desk.new_id(28)
    require(desk.book.by_uid(uid) is None, "DUPLICATE_LOCAL_ID")
    email = checked_email(fields.text("email"))
    phone_number = _checked_phone(fields.text("phoneNumber"))
    plain = fields.text("password")
    account = Account(
        uid=uid,
        created_at_ms=desk.now_ms(),
        email=email,
        email_verified=fields.flag("emailVerified") or False,
        phone_number=phone_number,
        display_name=fields.text("displayName"),
        photo_url=fields.text("photoUrl"),
        disabled=fields.flag("disabled") or False,
        password=None if plain is None else desk.hash_password(plain),
        password_updated_at_ms=None if plain is None else desk.now_ms(),
        valid_since_s=None if plain is None else desk.now_s(),
    )
    desk.book.put(account)
    return {
        "kind": "identitytoolkit#SignupNewUserResponse",
        "localId": uid,
        **({"email": email} if email else {}),
    }


def lookup(desk: Desk, fields: Fields) -> Wire:
    """Accounts by uid, email, phone number or linked identity; unknown ones are left out."""
    found: dict[str, Account] = {}
    wanted = [
        *map(desk.book.by_uid, fields.texts("localId")),
        *map(desk.book.by_email, fields.texts("email")),
        *map(desk.book.by_phone, fields.texts("phoneNumber")),
        *(
            desk.book.by_federated(linked.text("providerId") or "", linked.text("rawId") or "")
            for linked in fields.objects("federatedUserId")
        ),
    ]
    for account in wanted:
        if account is not None:
            found.setdefault(account.uid, account)
    answer: Wire = {"kind": "identitytoolkit#GetAccountInfoResponse"}
    if found:
        answer["users"] = [account_to_wire(a, with_password=True) for a in found.values()]
    return answer


def update(desk: Desk, fields: Fields) -> Wire:
    """Change any field of an account, its custom claims and its revocation time."""
    account = _named(desk, fields)
    removed = set(fields.texts("deleteAttribute"))
    unlinked = set(fields.texts("deleteProvider"))
    claims = fields.text("customAttributes")
    if claims is not None:
        parse_claims(claims)
    email = checked_email(fields.text("email")) or account.email
    verified = fields.flag("emailVerified")
    if verified is None:
        verified = account.email_verified and email == account.email
    plain = fields.text("password")
    revoked_s = fields.whole("validSince")
    if revoked_s is None and (plain is not None or email != account.email):
        revoked_s = desk.now_s()
    disabled = fields.flag("disableUser")
    account = replace(
        account,
        email=email,
        email_verified=verified,
        phone_number=_checked_phone(fields.text("phoneNumber")) or account.phone_number,
        display_name=fields.text("displayName") or account.display_name,
        photo_url=fields.text("photoUrl") or account.photo_url,
        disabled=account.disabled if disabled is None else disabled,
        claims=account.claims if claims is None else claims,
        password=account.password if plain is None else desk.hash_password(plain),
        password_updated_at_ms=(account.password_updated_at_ms if plain is None else desk.now_ms()),
        valid_since_s=account.valid_since_s if revoked_s is None else revoked_s,
        federated=tuple(f for f in account.federated if f.provider_id not in unlinked),
    )
    return changed(desk.book.put(_without(account, removed, unlinked)))


def delete(desk: Desk, fields: Fields) -> Wire:
    """Delete one account."""
    desk.book.remove(_named(desk, fields).uid)
    return {"kind": "identitytoolkit#DeleteAccountResponse"}


def batch_get(desk: Desk, max_results: int | None, page_token: str) -> Wire:
    """A page in uid order; `max_results` -1 gives all of them, as the official export asks."""
    wanted = DEFAULT_PAGE if max_results is None or max_results == 0 else max_results
    limit = len(desk.book) if wanted < 0 else min(wanted, MAX_ITEMS)
    accounts = desk.book.page(after=page_token, limit=limit)
    answer: Wire = {
        "kind": "identitytoolkit#DownloadAccountResponse",
        "users": [account_to_wire(account, with_password=True) for account in accounts],
    }
    if wanted > 0 and len(accounts) == limit:
        answer["nextPageToken"] = accounts[-1].uid
    return answer


def batch_create(desk: Desk, fields: Fields) -> Wire:
    """Import users. One that cannot be taken is reported by its index, the others stay in."""
    users = fields.objects("users")
    require(users, "MISSING_USER_ACCOUNT")
    overwrite = fields.flag("allowOverwrite") or False
    errors: list[dict[str, object]] = []
    for index, user in enumerate(users):
        try:
            _import_one(desk, user, overwrite=overwrite)
        except AuthError as error:
            errors.append({"index": index, "message": error.message})
    return {"kind": "identitytoolkit#UploadAccountResponse", "error": errors}


def batch_delete(desk: Desk, fields: Fields) -> Wire:
    """Delete many; without `force` only disabled accounts go."""
    uids, force = fields.texts("localIds"), fields.flag("force") or False
    require(uids, "LOCAL_ID_LIST_EXCEEDS_LIMIT")
    errors: list[dict[str, object]] = []
    for index, uid in enumerate(uids):
        account = desk.book.by_uid(uid)
        if account is not None and not account.disabled and not force:
            reason = "NOT_DISABLED : Disable the account before batch deletion."
            errors.append({"index": index, "localId": uid, "message": reason})
        else:
            desk.book.remove(uid)
    return {"errors": errors} if errors else {}


def _named(desk: Desk, fields: Fields) -> Account:
    uid = fields.text("localId")
    if not uid:
        raise AuthError("MISSING_LOCAL_ID")
    account = desk.book.by_uid(uid)
    if account is None:
        raise AuthError("USER_NOT_FOUND")
    return account


def _checked_phone(phone_number: str | None) -> str | None:
    valid = phone_number is None or phone_number.startswith("+")
    require(valid, "INVALID_PHONE_NUMBER : Invalid format.")
    return phone_number


def _without(account: Account, removed: set[str], unlinked: set[str]) -> Account:
    if "DISPLAY_NAME" in removed:
        account = replace(account, display_name=None)
    if "PHOTO_URL" in removed:
        account = replace(account, photo_url=None)
    if "EMAIL" in removed or PASSWORD_PROVIDER in unlinked:
        account = replace(account, email=None, email_verified=False)
    if "PASSWORD" in removed or PASSWORD_PROVIDER in unlinked:
        account = replace(account, password=None, password_updated_at_ms=None)
    if PHONE_PROVIDER in unlinked:
        account = replace(account, phone_number=None)
    return account


def _import_one(desk: Desk, user: Fields, *, overwrite: bool) -> None:
    account = account_from_wire(user, now_ms=desk.now_ms(), new_salt=f"fakeSalt{desk.new_id(20)}")
    if account.claims is not None:
        parse_claims(account.claims)
    taken = desk.book.by_uid(account.uid) is not None
    require(overwrite or not taken, "localId belongs to an existing account - can not overwrite.")
    desk.book.put(account)
