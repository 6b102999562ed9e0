"""``users`` and ``staff`` in a real database."""

from __future__ import annotations

from lipamita.adapters.rtdb_people import RtdbPeople
from lipamita.domain.identity import StaffMember
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Role
from lipamita.domain.units import Millis
from lipamita.use_cases.identity_ports import MAX_PUSH_TOKENS

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase

AMINA = Uid("tenant-amina")
METER = MeterId("MTR-001")


def member(uid: str, email: str | None = None) -> StaffMember:
    return StaffMember(
        uid=Uid(uid),
        role=Role.OPERATOR,
        email=email,
        given_by="admin-hope",
        given_at_ms=Millis(7),
        why="new",
    )


def test_a_profile_is_read_as_it_was_written(database: LiveDatabase) -> None:
    people = RtdbPeople(database.app)
    assert people.read_profile(AMINA) is None
    people.update_profile(AMINA, {"name": "Amina", "notifications": {"payment": True}})
    people.update_profile(AMINA, {"email": "amina@tenants.example"})
    profile = people.read_profile(AMINA)
    assert profile is not None
    assert (profile.name, profile.email) == ("Amina", "amina@tenants.example")
    assert profile.notifications == {"payment": True}


def test_staff_are_listed_by_uid_and_gone_when_removed(database: LiveDatabase) -> None:
    people = RtdbPeople(database.app)
    grace, hope = member("operator-grace", "grace@operators.example"), member("admin-hope")
    people.put_staff(grace)
    people.put_staff(hope)
    assert people.list_staff() == [hope, grace]
    people.remove_staff(Uid("operator-grace"))
    people.remove_staff(Uid("operator-grace"))
    assert people.list_staff() == [hope]


def test_only_the_device_that_was_meant_is_unbound(database: LiveDatabase) -> None:
    people = RtdbPeople(database.app)
    database.write(f"meters/{METER}", {"device_uid": "new", "name": "House A1"})
    people.unbind_device(METER, Uid("lost"))
    assert database.read(f"meters/{METER}/device_uid") == "new"
    people.unbind_device(METER, Uid("new"))
    assert database.read(f"meters/{METER}") == {"name": "House A1"}


def test_an_app_is_registered_once_and_the_oldest_gives_way(database: LiveDatabase) -> None:
    people = RtdbPeople(database.app)
    for number in range(MAX_PUSH_TOKENS + 2):
        people.put_push_token(AMINA, f"id{number:02}", f"token-{number}", now_ms=Millis(number))
    people.put_push_token(AMINA, "id05", "token-5", now_ms=Millis(99))
    tokens = people.push_tokens(AMINA)
    assert len(tokens) == MAX_PUSH_TOKENS
    assert "id00" not in tokens
    assert tokens["id11"] == "token-11"
    people.remove_push_token(AMINA, "id11")
    people.remove_push_token(AMINA, "id11")
    assert "id11" not in people.push_tokens(AMINA)
