"""Who makes a request: an admin, whom no rule binds, or someone the rules know as `auth`."""

from __future__ import annotations

from dataclasses import dataclass

from emulators.rtdb.rules.context import AuthVariable


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """`admin` skips the rules; otherwise `auth` is the rules' variable, None if not signed in."""

    admin: bool = False
    auth: AuthVariable = None

    @property
    def uid(self) -> str | None:
        uid = self.auth.get("uid") if self.auth else None
        return uid if isinstance(uid, str) else None


ADMIN = Principal(admin=True)
ANONYMOUS = Principal()
