"""A member of staff acts only in a session that still stands: looked up on every request.

Tenants and devices are not looked up: rules and routes hold them to what is theirs, and an ID token
lives for an hour. A device is shut out at once by its meter's ``device_uid``.
"""

from __future__ import annotations

from lipamita.domain.errors import UnauthenticatedError
from lipamita.domain.identity import Session, stands
from lipamita.use_cases.world import World


def check_session(session: Session, world: World) -> None:
    """Raises UnauthenticatedError for staff whose session was revoked, and BusyError."""
    if not session.caller.is_staff:
        return
    if not stands(session, world.accounts.read_account(session.caller.uid)):
        raise UnauthenticatedError(
            "revoked_token", "this session was ended or its role changed; sign in again"
        )
