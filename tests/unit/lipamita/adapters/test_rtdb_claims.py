"""Claims in a real database: compare-and-set, and naming a meter's board."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_claims import RtdbClaims, claim_from_json, claim_to_json
from lipamita.domain.claim import Claim
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import Millis

from tests.unit.data_model.document import read_fields
from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase

METER = MeterId("MTR-001")
CLAIM = Claim(
    claim_id="01" * 16,
    hardware_id="A0B1C2D3E4F5",
    code_hash="a" * 64,
    proof_key="b" * 64,
    created_by=Uid("operator-grace"),
    created_at_ms=Millis(1_795_208_404_000),
    expires_at_ms=Millis(1_795_294_804_000),
    tries_left=20,
)


@pytest.fixture
def store(database: LiveDatabase) -> RtdbClaims:
    return RtdbClaims(database.app)


def test_a_claim_is_read_as_it_was_written(store: RtdbClaims) -> None:
    nothing = store.read_claim(METER)
    assert nothing.value is None
    assert store.replace_claim(METER, nothing, CLAIM)
    assert store.read_claim(METER).value == CLAIM


def test_who_read_too_early_writes_nothing(store: RtdbClaims) -> None:
    early = store.read_claim(METER)
    store.replace_claim(METER, early, CLAIM)
    assert not store.replace_claim(METER, early, replace(CLAIM, tries_left=3))
    assert store.read_claim(METER).value == CLAIM


def test_a_claim_is_kept_field_by_field_as_documented() -> None:
    prefix = "claims/{meter_id}/"
    node = {
        field.path.removeprefix(prefix): field.example
        for field in read_fields()
        if field.path.startswith(prefix)
    }
    assert claim_to_json(claim_from_json("claims/MTR-001", node)) == node


def test_a_damaged_claim_is_named() -> None:
    with pytest.raises(UnreadableError, match="claims/MTR-001/tries_left"):
        claim_from_json("claims/MTR-001", {**claim_to_json(CLAIM), "tries_left": "many"})


def test_a_board_is_named_only_in_place_of_the_one_that_was_known(
    store: RtdbClaims, database: LiveDatabase
) -> None:
    for former, new, done, after in [
        (None, "first", True, "first"),
        (None, "second", False, "first"),
        ("first", "second", True, "second"),
        ("first", "second", True, "second"),  # a repeat
        ("first", "third", False, "second"),
    ]:
        known = None if former is None else Uid(former)
        assert store.put_device(METER, known, Uid(new), since_ms=Millis(7)) is done
        assert database.read("meters/MTR-001/device_uid") == after


def test_the_starts_of_the_former_board_are_forgotten(
    store: RtdbClaims, database: LiveDatabase
) -> None:
    database.write("meters/MTR-001/status", {"boot_count": 9, "online": True})
    assert store.put_device(METER, None, Uid("first"), since_ms=Millis(7))
    assert database.read("meters/MTR-001") == {
        "device_uid": "first",
        "device_since": 7,
        "status": {"online": True},
    }
