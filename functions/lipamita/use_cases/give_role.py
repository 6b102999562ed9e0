"""Give somebody a role, or take it away. Only an admin; the first one is made by a command.

The claim is what rules and routes look at, and ``staff/{uid}`` lists who has one. Order: claim,
sessions, list; dying in between and repeating ends in the same state.
"""

from __future__ import annotations

from dataclasses import dataclass

from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.identity import Account, StaffMember, check_proven
from lipamita.domain.meter import STAFF, Caller, Role
from lipamita.use_cases.world import World

COMMAND_LINE = "command-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """``who`` is a uid, an e-mail address or a phone number; ``role`` None takes the role away."""

    who: str
    role: Role | None
    why: str
    caller: Caller


def give_role(change: RoleChange, world: World) -> Account:
    """The account whose role it now is; all its sessions are revoked. Safe to repeat.

    Raises ForbiddenError (admin_only), NotFoundError (unknown_account), ConflictError (own_role,
    device_account, email_unverified), BusyError.
    """
    if not change.caller.is_admin:
        raise ForbiddenError("admin_only", "only an admin may give or take roles")
    account = _find(change.who, world)
    if account.uid == change.caller.uid:
        raise ConflictError(
            "own_role", "nobody changes their own role: there is always an admin left"
        )
    _apply(account, change.role, by=change.caller.uid, why=change.why, world=world)
    return account


def bootstrap_admin(who: str, world: World) -> Account:
    """Make the first admin. Raises NotFoundError, and ConflictError (admin_exists, ...).

    Repeating it for the same person is harmless; it finishes what an earlier run began.
    """
    account = _find(who, world)
    others = [
        member
        for member in world.store.list_staff()
        if member.role is Role.ADMIN and member.uid != account.uid
    ]
    if others:
        raise ConflictError(
            "admin_exists", f"{others[0].uid} is an admin already and can give roles"
        )
    _apply(account, Role.ADMIN, by=COMMAND_LINE, why="the first admin", world=world)
    return account


def _find(who: str, world: World) -> Account:
    account = world.accounts.find_account(who)
    if account is None:
        raise NotFoundError(
            "unknown_account", "nobody has signed in with that; ask them to sign in once"
        )
    if account.role is Role.METER:
        raise ConflictError("device_account", f"{account.uid} is the account of a device")
    check_proven(account, who, field="who")
    return account


def _apply(account: Account, role: Role | None, *, by: str, why: str, world: World) -> None:
    assert role is None or role in STAFF
    world.accounts.set_role(account.uid, role)
    world.accounts.revoke_sessions(account.uid)
    if role is None:
        world.store.remove_staff(account.uid)
        return
    world.store.put_staff(
        StaffMember(
            uid=account.uid,
            role=role,
            email=account.email if account.email_verified else None,
            given_by=by,
            given_at_ms=world.clock(),
            why=why,
        )
    )
