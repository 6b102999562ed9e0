"""Who somebody is: the session an ID token speaks for, and the account behind it."""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a verified ID token says. Times in ms since the epoch."""

    caller: Caller
    issued_at_ms: Millis
    email: str | None = None  # only an address that the account has verified
    msisdn: Msisdn | None = None  # only a number that was proven by signing in with it
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account at Firebase Auth. ID tokens issued before ``valid_since_ms`` are revoked."""

    uid: Uid
    role: Role
    disabled: bool
    valid_since_ms: Millis
    email: str | None = None
    email_verified: bool = False
    msisdn: Msisdn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """Somebody with a role, and who gave it when and why."""

    uid: Uid
    role: Role
    email: str | None
    given_by: str
    given_at_ms: Millis
    why: str


def stands(session: Session, account: Account | None) -> bool:
    """Whether the session is still good: not revoked, not disabled, and the role is unchanged."""
    if account is None or account.disabled or account.role is not session.caller.role:
        return False
    return session.issued_at_ms >= account.valid_since_ms


def check_proven(account: Account, who: str, *, field: str) -> None:
    """Raises ConflictError (email_unverified) if the account was found by an address that it has
    not verified: anybody can sign up with somebody else's. A uid or a phone number is its own.
    """
    if "@" in who and not account.email_verified:
        raise ConflictError(
            "email_unverified",
            f"{field} is an address that its account has not verified; ask for that, or give a uid",
            field=field,
        )
