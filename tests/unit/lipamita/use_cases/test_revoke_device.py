"""A lost device: its sessions end, and its meter forgets it."""

from __future__ import annotations

import pytest
from lipamita.domain.errors import BusyError, ForbiddenError, NotFoundError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.use_cases.revoke_device import revoke_device

from tests.fakes.estate import METER, OWNER, START_MS, Estate

GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
DEVICE = Uid("device-mtr-001")


def test_a_lost_device_is_shut_out_and_doing_it_again_is_harmless() -> None:
    estate = Estate()
    assert revoke_device(METER, GRACE, estate.world) == DEVICE
    assert estate.store.meters[METER].device_uid is None
    assert estate.accounts.known[DEVICE].valid_since_ms == START_MS
    assert revoke_device(METER, GRACE, estate.world) is None


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
