"""Accounts at Firebase Auth, by the admin SDK.

Custom claims: https://firebase.google.com/docs/auth/admin/custom-claims. Revocation has whole
seconds: https://firebase.google.com/docs/auth/admin/manage-sessions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from firebase_admin import App, auth
from firebase_admin.exceptions import FirebaseError

from lipamita.domain.errors import BusyError, InvalidInputError
from lipamita.domain.identity import Account
from lipamita.domain.ids import Uid, is_path_safe
from lipamita.domain.meter import Role
from lipamita.domain.msisdn import Msisdn, parse_msisdn
from lipamita.domain.units import Millis

MAX_UID = 128
_T = TypeVar("_T")


class FirebaseAccounts:
    """Implements use_cases.identity_ports.Accounts. One is shared by all threads."""

    def __init__(self, app: App) -> None:
        self._app = app

    def read_account(self, uid: Uid) -> Account | None:
        return _asked(lambda: auth.get_user(uid, app=self._app))

    def find_account(self, who: str) -> Account | None:
        if "@" in who:
            return _asked(lambda: auth.get_user_by_email(who, app=self._app))
        msisdn = msisdn_of(who)
        if msisdn is not None:
            found = _asked(lambda: auth.get_user_by_phone_number(f"+{msisdn}", app=self._app))
            if found is not None:
                return found
        return self.read_account(Uid(who)) if 0 < len(who) <= MAX_UID else None

    def set_role(self, uid: Uid, role: Role | None) -> None:
        claims = None if role is None else {"role": role.value}
        _done(lambda: auth.set_custom_user_claims(uid, claims, app=self._app))

    def revoke_sessions(self, uid: Uid) -> None:
        _done(lambda: auth.revoke_refresh_tokens(uid, app=self._app))


def msisdn_of(phone_number: object) -> Msisdn | None:
    """A Kenyan mobile number as Firebase has it (+2547...), or None for any other."""
    try:
        return parse_msisdn(phone_number)
    except InvalidInputError:
        return None


def _asked(read: Callable[[], auth.UserRecord]) -> Account | None:
    try:
        record = read()
    except (auth.UserNotFoundError, ValueError):  # ValueError: no uid or address could be so
        return None
    except FirebaseError as error:
        raise _unreachable() from error
    if not is_path_safe(record.uid):  # an admin of the project may choose any; here it is nobody
        return None
    role = (record.custom_claims or {}).get("role", Role.TENANT.value)
    return Account(
        uid=Uid(record.uid),
        role=Role(role) if role in list(Role) else Role.TENANT,
        disabled=bool(record.disabled),
        valid_since_ms=Millis(record.tokens_valid_after_timestamp or 0),
        email=record.email,
        email_verified=bool(record.email_verified),
        msisdn=msisdn_of(record.phone_number),
    )


def _done(change: Callable[[], None]) -> None:
    try:
        change()
    except FirebaseError as error:
        raise _unreachable() from error


def _unreachable() -> BusyError:
    return BusyError("busy", "identities cannot be checked just now; try again")
