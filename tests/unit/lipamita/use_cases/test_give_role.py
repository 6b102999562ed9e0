"""Roles: given by an admin, taken away at once, and never lost by the last admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, NotFoundError
from lipamita.domain.identity import Account, Session, stands
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.domain.units import Millis
from lipamita.use_cases.give_role import RoleChange, bootstrap_admin, give_role

from tests.fakes.estate import START_MS, Estate
from tests.fakes.memory_nodes import ProcessDiedError

HOPE = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)
AMINA = Uid("tenant-amina")


def change(
    estate: Estate, role: Role | None, who: str = AMINA, caller: Caller = HOPE
) -> Account | None:
    return give_role(RoleChange(who=who, role=role, why="asked", caller=caller), estate.world)


def test_a_role_is_given_listed_and_ends_the_sessions_before_it() -> None:
    estate = Estate()
    change(estate, Role.OPERATOR)
    account = estate.accounts.known[AMINA]
    assert account.role is Role.OPERATOR
    assert [(m.uid, m.role, m.given_by) for m in estate.store.list_staff()] == [
        (AMINA, Role.OPERATOR, "admin-hope")
    ]
    before = Session(
        caller=Caller(uid=AMINA, role=Role.OPERATOR), issued_at_ms=Millis(START_MS - 1_000)
    )
    assert not stands(before, account)


def test_a_role_is_taken_away() -> None:
    estate = Estate()
    change(estate, Role.ADMIN)
    change(estate, None)
    assert estate.accounts.known[AMINA].role is Role.TENANT
    assert estate.store.list_staff() == []


def test_the_same_change_again_changes_nothing() -> None:
    estate = Estate()
    change(estate, Role.OPERATOR)
    before = (dict(estate.accounts.known), dict(estate.store.staff))
    change(estate, Role.OPERATOR)
    assert (estate.accounts.known, estate.store.staff) == before


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.TENANT, Role.METER])
def test_nobody_but_an_admin_gives_roles(role: Role) -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError):
        change(estate, Role.ADMIN, caller=Caller(uid=Uid("somebody"), role=role))
    assert estate.accounts.known == {}


def test_an_admin_does_not_change_their_own_role() -> None:
    with pytest.raises(ConflictError) as refused:
        change(Estate(), None, who=HOPE.uid)
    assert refused.value.code == "own_role"


def test_a_device_gets_no_role() -> None:
    with pytest.raises(ConflictError) as refused:
        change(Estate(), Role.ADMIN, who="device-mtr-001")
    assert refused.value.code == "device_account"


def test_who_never_signed_in_is_not_known() -> None:
    with pytest.raises(NotFoundError):
        change(Estate(), Role.ADMIN, who="nobody@tenants.example")


def signed_up(email: str, *, verified: bool) -> Account:
    """The account of a tenant with that address."""
    return Account(
        uid=AMINA,
        role=Role.TENANT,
        disabled=False,
        valid_since_ms=Millis(0),
        email=email,
        email_verified=verified,
        msisdn=Msisdn("254700000001"),
    )


def test_people_are_found_by_address_and_phone() -> None:
    estate = Estate()
    estate.accounts.known[AMINA] = signed_up("amina@tenants.example", verified=True)
    for who in ("amina@tenants.example", "254700000001"):
        found = change(estate, Role.OPERATOR, who=who)
        assert found is not None
        assert found.uid == AMINA


@pytest.mark.parametrize("give", [change, lambda at, _, who: bootstrap_admin(who, at.world)])
def test_a_stranger_who_signed_up_with_an_address_gets_no_role_by_it(
    give: Callable[..., object],
) -> None:
    estate = Estate()
    stranger = signed_up("grace@operators.example", verified=False)
    estate.accounts.known[AMINA] = stranger
    with pytest.raises(ConflictError) as refused:
        give(estate, Role.ADMIN, "grace@operators.example")
    assert (refused.value.code, refused.value.field) == ("email_unverified", "who")
    assert estate.accounts.known == {AMINA: stranger}
    assert estate.store.list_staff() == []


@pytest.mark.parametrize("who", [AMINA, "254700000001"])
def test_a_uid_or_a_phone_names_an_account_whose_address_is_unverified(who: str) -> None:
    estate = Estate()
    estate.accounts.known[AMINA] = signed_up("grace@operators.example", verified=False)
    change(estate, Role.OPERATOR, who=who)
    assert [(m.uid, m.email) for m in estate.store.list_staff()] == [(AMINA, None)]


def test_dying_on_the_way_and_repeating_ends_in_the_same_state() -> None:
    estate = Estate()

    def die(_: str) -> None:
        raise ProcessDiedError

    estate.store.before_write = die
    with pytest.raises(ProcessDiedError):
        change(estate, Role.OPERATOR)
    estate.store.before_write = lambda _: None
    change(estate, Role.OPERATOR)
    assert [member.uid for member in estate.store.list_staff()] == [AMINA]


def test_the_first_admin_is_made_once() -> None:
    estate = Estate()
    bootstrap_admin(AMINA, estate.world)
    bootstrap_admin(AMINA, estate.world)  # the same person again: nothing new
    assert estate.accounts.known[AMINA].role is Role.ADMIN
    with pytest.raises(ConflictError) as refused:
        bootstrap_admin("tenant-brian", estate.world)
    assert refused.value.code == "admin_exists"
    assert Uid("tenant-brian") not in estate.accounts.known
