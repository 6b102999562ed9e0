"""The profile of whoever signed in: made at the first sign-in, kept in step with the account.

A page calls it after every sign-in. What a person proved at sign-in (address, phone) comes from the
ID token; what they chose (name, language) is never overwritten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lipamita.domain.customer_notice import SWITCHED_ON
from lipamita.domain.errors import ForbiddenError, InvalidInputError
from lipamita.domain.identity import Session
from lipamita.domain.ids import sha256_hex
from lipamita.domain.meter import Role
from lipamita.use_cases.identity_ports import Profile
from lipamita.use_cases.world import World

MAX_NAME = 80
MAX_EMAIL = 254
TOKEN_ID_CHARACTERS = 32
_NAME = re.compile(r"[^\x00-\x20\x7f]+( +[^\x00-\x20\x7f]+)*")  # no less than the rules ask
DEFAULT_NOTIFICATIONS = SWITCHED_ON


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedProfile:
    """The profile as it stands, and whether this call made it."""

    profile: Profile
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person may choose when the profile is made: a name and a language (en, sw)."""

    name: str | None = None
    language: str | None = None
    notifications: dict[str, bool] = field(default_factory=dict)


def parse_name(value: object) -> str:
    """A name of 1 to 80 characters with single words and spaces. Raises InvalidInputError."""
    if not isinstance(value, str) or len(value) > MAX_NAME or not _NAME.fullmatch(value):
        raise InvalidInputError(
            "invalid_name",
            f"name must be 1 to {MAX_NAME} characters, without spaces at its ends",
            field="name",
        )
    return value


def open_profile(session: Session, wishes: Wishes, world: World) -> OpenedProfile:
    """Create ``users/{uid}`` if it is not there, or bring address and phone up to date.

    Safe to repeat: by uid, and each field is set to what the account says. Raises ForbiddenError
    for a device.
    """
    if session.caller.role is Role.METER:
        raise ForbiddenError("people_only", "a device has no profile")
    uid = session.caller.uid
    standing = world.store.read_profile(uid)
    changes: dict[str, object] = {}
    if session.email and len(session.email) <= MAX_EMAIL:
        changes["email"] = session.email
    if session.msisdn:
        changes["phone_number"] = session.msisdn
    if standing is None:
        changes |= {
            "name": wishes.name or _named(session),
            "language": wishes.language or "en",
            "notifications": {**DEFAULT_NOTIFICATIONS, **wishes.notifications},
        }
    else:
        changes = {
            name: value for name, value in changes.items() if getattr(standing, name) != value
        }
        for name in ("name", "language"):
            if getattr(standing, name) is None and getattr(wishes, name) is not None:
                changes[name] = getattr(wishes, name)
    changes = {name: value for name, value in changes.items() if value is not None}
    if changes:
        world.store.update_profile(uid, changes)
        standing_now = world.store.read_profile(uid)
    else:
        standing_now = standing
    assert standing_now is not None
    return OpenedProfile(profile=standing_now, created=standing is None)


def register_push_app(session: Session, token: str, world: World) -> None:
    """Tell this app from now on; by uid and token. Raises ForbiddenError for a device."""
    if session.caller.role is Role.METER:
        raise ForbiddenError("people_only", "a device has no profile")
    token_id = sha256_hex(token)[:TOKEN_ID_CHARACTERS]
    world.store.put_push_token(session.caller.uid, token_id, token, now_ms=world.clock())


def _named(session: Session) -> str | None:
    name = (session.name or "").strip()
    return name if len(name) <= MAX_NAME and _NAME.fullmatch(name) else None
