"""Tariffs and registrations in a real database, and as the document states them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.adapters.rtdb_tariffs import terms_to_json
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter, MeterStatus
from lipamita.domain.meter_alert import Alert
from lipamita.domain.registration import Site
from lipamita.domain.tariff_terms import TariffTerms, parse_terms
from lipamita.domain.units import Millis

from tests.unit.data_model.document import leaves, read_fields
from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import METER, NOW

AMINA, BRIAN = Uid("tenant-amina"), Uid("tenant-brian")


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def terms(price: int = 2_500) -> TariffTerms:
    body = {
        "tariff_id": "domestic",
        "name": "Domestic",
        "blocks": [{"up_to_wh": 30_000, "price_cents_per_kwh": 1}, {"price_cents_per_kwh": price}],
        "levies": [{"name": "REP", "percent": 5}],
        "friendly_hours": {"from_hour": 18, "to_hour": 8, "weekends": True},
    }
    return parse_terms(body)[0]


def last_price(store: RtdbStore, now_ms: int) -> int:
    tariff = store.read_tariff("domestic")
    assert tariff is not None
    return tariff.in_force(Millis(now_ms)).blocks[-1].price_cents_per_kwh


def test_a_tariff_is_created_once(store: RtdbStore) -> None:
    assert store.create_tariff(terms())
    assert not store.create_tariff(terms(9_999))
    assert last_price(store, NOW) == 2_500


def test_versions_wait_for_their_time_and_then_take_the_tariffs_place(store: RtdbStore) -> None:
    store.create_tariff(terms())
    for later, price in ((10, 3_000), (20, 4_000)):
        since = Millis(NOW + later)
        assert store.add_tariff_version(terms(price), valid_from_ms=since, now_ms=NOW)
    assert [last_price(store, NOW + after) for after in (0, 10, 20)] == [2_500, 3_000, 4_000]
    store.add_tariff_version(terms(5_000), valid_from_ms=Millis(NOW + 30), now_ms=Millis(NOW + 15))
    assert [last_price(store, NOW + after) for after in (15, 20, 30)] == [3_000, 4_000, 5_000]
    node = store.at("tariffs/domestic").get()
    assert (node["valid_from"], len(node["versions"])) == (NOW + 10, 2)


def test_a_version_is_written_as_documented() -> None:
    fields = read_fields()
    node = {**terms_to_json(terms()), "valid_from": NOW}
    for path in ("tariffs/domestic", "tariffs/domestic/versions/v0001795208400000"):
        for leaf, value in leaves(node, path):
            assert [field.fits(value) for field in fields if field.is_at(leaf)] == [True], leaf


def a_meter() -> Meter:
    return Meter(
        meter_id=METER,
        name="House A1",
        kind="esp32",
        tariff_id="domestic",
        owner_uid=AMINA,
        device_uid=None,
        site="Court",
        site_id="court",
        status=MeterStatus(),
    )


def test_a_registration_comes_back_as_it_was(store: RtdbStore) -> None:
    store.create_meter(a_meter())
    assert store.read_meter(METER) == a_meter()


def test_each_verb_changes_its_own_fields(store: RtdbStore) -> None:
    store.create_meter(a_meter())
    store.set_device(METER, Uid("device-new"), since_ms=NOW)
    store.set_owner(
        replace(a_meter(), owner_uid=BRIAN, owner_since_ms=NOW, owned_from="2026-11-22")
    )
    store.set_place(replace(a_meter(), name="Shop", site=None, site_id=None))
    store.retire(METER, at_ms=NOW)
    store.retire(METER, at_ms=Millis(NOW + 1))
    assert store.read_meter(METER) == replace(
        a_meter(),
        device_uid=Uid("device-new"),
        device_since_ms=NOW,
        owner_uid=BRIAN,
        owner_since_ms=NOW,
        owned_from="2026-11-22",
        name="Shop",
        site=None,
        site_id=None,
        retired_at_ms=NOW,
    )


def test_an_account_belongs_to_the_first_who_claims_it(store: RtdbStore) -> None:
    assert store.claim_account("MTR001", METER) == METER
    assert store.claim_account("MTR001", MeterId("MTR-OO1")) == METER
    assert store.claim_account("MTR001", METER) == METER
    assert store.meters_of_account("MTR001") == [METER]


def test_sites_are_named(store: RtdbStore) -> None:
    assert store.read_site("court") is None
    store.put_site(Site(site_id="court", name="Court"))
    assert store.read_site("court") == Site(site_id="court", name="Court")


def test_the_first_meter_moves_from_old_to_new(store: RtdbStore) -> None:
    store.update_profile(AMINA, {"meter_no": METER})
    store.update_profile(BRIAN, {"name": "Brian"})
    store.move_first_meter(METER, old=AMINA, new=BRIAN)
    nodes = [store.at(f"users/{uid}/meter_no").get() for uid in (AMINA, BRIAN)]
    assert nodes == [None, METER]


def test_the_old_owners_next_meter_takes_its_place_once(store: RtdbStore) -> None:
    store.update_profile(AMINA, {"meter_no": METER})
    for other in (MeterId("MTR-007"), MeterId("MTR-009")):
        store.move_first_meter(METER, old=AMINA, new=None, next_of_old=other)
    assert store.at(f"users/{AMINA}/meter_no").get() == "MTR-007"


def test_applied_recharges_are_those_that_the_meter_acknowledged(store: RtdbStore) -> None:
    assert store.applied_recharges(METER, limit=9) == []
    queue = {key: {"processed": key != "-Ob"} for key in ("-Oa", "-Ob", "-Oc")}
    store.at(f"meters/{METER}/pending_recharge").set(queue)
    assert store.applied_recharges(METER, limit=9) == ["-Oa", "-Oc"]
    assert store.applied_recharges(METER, limit=2) == ["-Oa"]


def test_a_server_alert_is_raised_and_cleared_once(store: RtdbStore) -> None:
    alert = Alert(alert_id="srv-1", kind="registers_fell", raised_at_ms=NOW)
    assert store.raise_server_alert(METER, alert)
    assert not store.raise_server_alert(METER, replace(alert, value=3))
    store.clear_server_alert(METER, "srv-1", at_ms=Millis(NOW + 1))
    store.clear_server_alert(METER, "srv-1", at_ms=Millis(NOW + 2))
    store.clear_server_alert(METER, "srv-2", at_ms=NOW)
    assert store.at(f"meters/{METER}/alerts").get() == {
        "srv-1": {"kind": "registers_fell", "raised_at": NOW, "cleared_at": NOW + 1}
    }
