"""What identity needs from the world: accounts at Firebase Auth, and the nodes about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.identity import Account, StaffMember
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Role
from lipamita.domain.units import Millis

MAX_STAFF = 500
MAX_PUSH_TOKENS = 10  # apps of one person


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """``users/{uid}``: one person, with a switch for each kind of notification."""

    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    meter_no: str | None = None
    language: str | None = None
    notifications: Mapping[str, bool]


class Accounts(Protocol):
    """Firebase Auth. Raises BusyError while it cannot be reached."""

    def read_account(self, uid: Uid) -> Account | None:
        """The account, or None."""
        ...

    def find_account(self, who: str) -> Account | None:
        """The account of that uid, e-mail address, or phone number (254...), or None."""
        ...

    def set_role(self, uid: Uid, role: Role | None) -> None:
        """Set or remove the ``role`` claim of a person; by uid, the last word wins."""
        ...

    def revoke_sessions(self, uid: Uid) -> None:
        """End every session: refresh tokens at once, ID tokens where revocation is checked."""
        ...


class PeopleStore(Protocol):
    """``users`` and ``staff``."""

    def read_profile(self, uid: Uid) -> Profile | None:
        """The person's profile, or None."""
        ...

    def update_profile(self, uid: Uid, changes: Mapping[str, object]) -> None:
        """Set these fields of ``users/{uid}``; by uid and field, the last word wins."""
        ...

    def put_staff(self, member: StaffMember) -> None:
        """Write ``staff/{uid}``; by uid, the last word wins."""
        ...

    def remove_staff(self, uid: Uid) -> None:
        """Remove ``staff/{uid}``; nothing happens if it is gone."""
        ...

    def list_staff(self) -> Sequence[StaffMember]:
        """Everybody with a role, by uid; at most MAX_STAFF."""
        ...

    def put_push_token(self, uid: Uid, token_id: str, token: str, *, now_ms: Millis) -> None:
        """Register an app, by (uid, token_id); beyond MAX_PUSH_TOKENS the oldest is dropped."""
        ...

    def push_tokens(self, uid: Uid) -> Mapping[str, str]:
        """The registered apps' FCM tokens, by token_id."""
        ...

    def remove_push_token(self, uid: Uid, token_id: str) -> None:
        """Forget an app; nothing happens if it is gone."""
        ...

    def unbind_device(self, meter_id: MeterId, device_uid: Uid) -> None:
        """Remove ``meters/{meter_id}/device_uid`` if it still names that device."""
        ...
