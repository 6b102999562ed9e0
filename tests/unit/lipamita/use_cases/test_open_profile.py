"""A profile: made once, kept in step with the account, and never over what a person chose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ForbiddenError, InvalidInputError
from lipamita.domain.identity import Session
from lipamita.domain.meter import Caller, Role
from lipamita.domain.msisdn import Msisdn
from lipamita.use_cases.open_profile import (
    DEFAULT_NOTIFICATIONS,
    Wishes,
    open_profile,
    parse_name,
)

from tests.fakes.estate import OWNER, START_MS, Estate

SESSION = Session(caller=OWNER, issued_at_ms=START_MS, email="amina@tenants.example")


def test_the_first_sign_in_makes_the_profile_and_the_second_finds_it() -> None:
    estate = Estate()
    first = open_profile(SESSION, Wishes(name="Amina", language="sw"), estate.world)
    written = dict(estate.store.versions)
    second = open_profile(SESSION, Wishes(name="Another", language="en"), estate.world)
    assert (first.created, second.created) == (True, False)
    assert second.profile == first.profile
    assert (first.profile.name, first.profile.language) == ("Amina", "sw")
    assert first.profile.notifications == DEFAULT_NOTIFICATIONS
    assert estate.store.versions == written


def test_a_new_phone_or_address_of_the_account_is_taken_over() -> None:
    estate = Estate()
    open_profile(SESSION, Wishes(name="Amina"), estate.world)
    moved = replace(SESSION, email="a@tenants.example", msisdn=Msisdn("254700000001"))
    profile = open_profile(moved, Wishes(), estate.world).profile
    assert (profile.email, profile.phone_number) == ("a@tenants.example", "254700000001")
    assert profile.name == "Amina"


def test_an_account_without_a_phone_keeps_the_one_of_the_profile() -> None:
    estate = Estate()
    open_profile(replace(SESSION, msisdn=Msisdn("254700000001")), Wishes(), estate.world)
    assert open_profile(SESSION, Wishes(), estate.world).profile.phone_number == "254700000001"


def test_a_name_from_the_account_is_used_when_it_is_one() -> None:
    named, spaced = replace(SESSION, name="Amina W"), replace(SESSION, name="a\tb")
    assert open_profile(named, Wishes(), Estate().world).profile.name == "Amina W"
    assert open_profile(spaced, Wishes(), Estate().world).profile.name is None


def test_a_device_has_no_profile() -> None:
    device = replace(SESSION, caller=Caller(uid=OWNER.uid, role=Role.METER))
    with pytest.raises(ForbiddenError):
        open_profile(device, Wishes(), Estate().world)


@pytest.mark.parametrize("name", ["", " a", "a ", "a\tb", "a\n", "x" * 81, None, 5])
def test_a_name_has_words_and_single_characters_between_them(name: object) -> None:
    with pytest.raises(InvalidInputError):
        parse_name(name)
