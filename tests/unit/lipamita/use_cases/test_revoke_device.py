"""A lost device: its sessions end, and its meter forgets it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import BusyError, ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.use_cases.claim_ports import DeviceAccount
from lipamita.use_cases.revoke_device import revoke_device

from tests.fakes.estate import METER, OWNER, START_MS, Estate
from tests.unit.lipamita.use_cases.test_claims import board_of, complete, order, take, wish

GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
DEVICE = Uid("device-mtr-001")


def test_a_lost_device_is_shut_out_and_doing_it_again_is_harmless() -> None:
    estate = Estate()
    assert revoke_device(METER, GRACE, estate.world) == DEVICE
    assert estate.store.meters[METER].device_uid is None
    assert estate.accounts.known[DEVICE].valid_since_ms == START_MS
    assert revoke_device(METER, GRACE, estate.world) is None


@pytest.mark.parametrize("former", [None, DEVICE], ids=["first-board", "replacement"])
def test_a_board_that_was_shut_out_is_not_let_in_by_repeating_its_claim(former: Uid | None) -> None:
    estate = Estate()
    estate.store.meters[METER] = replace(estate.store.meters[METER], device_uid=former)
    request = wish(order(estate))
    board = take(estate, request).account.uid
    assert revoke_device(METER, GRACE, estate.world) == board
    with pytest.raises(ForbiddenError):
        take(estate, request)
    assert board_of(estate) is None


def test_a_code_that_nobody_used_ends_with_the_lost_board() -> None:
    estate = Estate()
    request = wish(order(estate))
    revoke_device(METER, GRACE, estate.world)
    with pytest.raises(ForbiddenError):
        take(estate, request)
    assert board_of(estate) is None


def test_a_board_that_is_shut_out_while_it_claims_is_not_named_afterwards() -> None:
    estate = Estate()
    estate.store.meters[METER] = replace(estate.store.meters[METER], device_uid=None)
    request = wish(order(estate))
    take(estate, request)

    put_account = estate.devices.put_account

    def revoked_meanwhile(account: DeviceAccount) -> None:
        put_account(account)
        revoke_device(METER, GRACE, estate.world)

    estate.devices.put_account = revoked_meanwhile  # type: ignore[method-assign]
    with pytest.raises(ForbiddenError):
        take(estate, request)
    assert board_of(estate) is None


def test_a_new_code_lets_a_board_in_after_the_old_one_was_shut_out() -> None:
    estate = Estate()
    take(estate, wish(order(estate)))
    revoke_device(METER, GRACE, estate.world)
    new = take(estate, wish(order(estate)))
    assert board_of(estate) == new.account.uid
    complete(estate)


def test_a_device_without_an_account_is_unbound_all_the_same() -> None:
    estate = Estate()
    estate.accounts.missing.add(DEVICE)
    assert revoke_device(METER, GRACE, estate.world) == DEVICE
    assert estate.store.meters[METER].device_uid is None


def test_while_accounts_cannot_be_reached_nothing_is_half_done() -> None:
    estate = Estate()
    estate.accounts.reachable = False
    with pytest.raises(BusyError):
        revoke_device(METER, GRACE, estate.world)
    assert estate.store.meters[METER].device_uid == DEVICE


def test_only_staff_shut_devices_out() -> None:
    with pytest.raises(ForbiddenError):
        revoke_device(METER, OWNER, Estate().world)


def test_a_meter_must_exist() -> None:
    with pytest.raises(NotFoundError):
        revoke_device(MeterId("MTR-404"), GRACE, Estate().world)
