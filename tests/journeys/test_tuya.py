"""A prepaid meter behind another cloud: each charge is sent once, and read back to be believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys import scene
from tools.lab.stack import Stack, start_apart
from tools.lab.tuya import TuyaCloud, start_tuya

METER, DEVICE = "TUY-001", "vdevo1700000001"
KES = 100


@dataclass(frozen=True)
class Site:
    """The system, the cloud, and one meter of it that belongs to Amina."""

    stack: Stack
    cloud: TuyaCloud

    def buy(self) -> str:
        """Pay KES 100 and type the PIN; the transaction."""
        paid = scene.prompted(self.stack, scene.amina(self.stack), meter_id=METER)
        self.stack.simulator.enter_pin(scene.MSISDN)
        self.stack.database.wait_until(f"vends/{paid}", bool)
        return paid

    def look_again(self, paid: str, *, after_too_long: bool = False) -> None:
        """What the schedule does later; ``after_too_long``: half an hour after the charge."""
        if after_too_long:
            self.stack.database.patch(f"vends/{paid}", {"intended_at": 1})
        self.stack.database.patch(f"transactions/{paid}", {"next_check_at": 1})
        self.stack.run_schedule()

    def decide(self, paid: str, decision: str) -> int:
        body = {"decision": decision, "why": "looked at its display"}
        path = f"/api/reviews/{paid}/decision"
        return scene.grace(self.stack).post(path, body).status_code

    def delivery(self, paid: str) -> str:
        return str(scene.transaction(self.stack, paid)["delivery"]["status"])

    def sold_units(self, paid: str) -> int:
        return int(self.stack.database.get(f"vends/{paid}/units"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    cloud = start_tuya(tmp_path)
    try:
        stack = start_apart(tmp_path, environment=cloud.environment)
        try:
            cloud.meter(DEVICE)
            stack.database.put(
                f"meters/{METER}",
                {
                    "name": "Shop",
                    "kind": "tuya",
                    "owner_uid": "tenant-amina",
                    "device_uid": DEVICE,
                    "tariff_id": "domestic",
                },
            )
            yield Site(stack, cloud)
        finally:
            stack.stop()
    finally:
        cloud.stop()


def test_a_payment_charges_the_meter_once_and_the_next_one_too(site: Site) -> None:
    first = site.buy()
    scene.wait_for_delivery(site.stack, first, "delivered")
    second = site.buy()
    scene.wait_for_delivery(site.stack, second, "delivered")
    units = [site.sold_units(first), site.sold_units(second)]
    assert site.cloud.charged_units() == units
    sold_wh = site.stack.database.get(f"meter_registers/{METER}/credited_total_wh")
    assert sum(units) == sold_wh // 10


def test_a_charge_whose_answer_is_lost_is_found_in_the_meters_totals(site: Site) -> None:
    site.cloud.next_charge("drop_after_apply")
    paid = site.buy()
    scene.wait_for_delivery(site.stack, paid, "delivered")
    site.look_again(paid)
    assert site.cloud.charged_units() == [site.sold_units(paid)]


def test_a_charge_that_never_arrived_is_sent_again_by_a_person_alone(site: Site) -> None:
    site.cloud.next_charge("drop_before_apply")
    paid = site.buy()
    site.look_again(paid)
    assert (site.delivery(paid), site.cloud.commands_sent()) == ("queued", 1)
    site.look_again(paid, after_too_long=True)
    assert site.stack.database.get(f"reviews/{paid}/status") == "open"
    assert scene.alarms(site.stack)["delivery_uncertain"] == 1
    assert (site.decide(paid, "send_again"), site.delivery(paid)) == (200, "delivered")
    assert site.cloud.charged_units() == [site.sold_units(paid)]
    assert site.decide(paid, "send_again") == 409
    assert site.stack.database.get(f"reviews/{paid}/status") == "decided"


def test_a_stale_report_proves_nothing_until_the_meter_reports_again(site: Site) -> None:
    site.cloud.next_charge("apply_unreported")
    paid = site.buy()
    site.look_again(paid)
    assert site.delivery(paid) == "queued"
    site.cloud.meter(DEVICE, consume=7)
    site.look_again(paid)
    assert site.delivery(paid) == "delivered"
    assert site.cloud.charged_units() == [site.sold_units(paid)]


def test_a_meter_that_never_reports_is_looked_at_by_a_person_and_charged_no_more(
    site: Site,
) -> None:
    site.cloud.next_charge("apply_unreported")
    paid = site.buy()
    site.look_again(paid, after_too_long=True)
    assert (site.decide(paid, "delivered"), site.delivery(paid)) == (200, "delivered")
    assert site.cloud.charged_units() == [site.sold_units(paid)]
