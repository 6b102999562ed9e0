"""A firmware update from the operator's signature to the meter, and the ways it must not go."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import scene
from tools import release as releases
from tools.lab.meter import Meter
from tools.lab.releases import ReleaseServer
from tools.lab.stack import Stack

pytestmark = pytest.mark.journey

NEW = 2  # metersim itself is 1
IMAGE_BYTES = 200_000


class Bench:
    """A meter that takes updates, an operator's key, and a server of releases."""

    def __init__(self, stack: Stack, folder: Path, server: ReleaseServer) -> None:
        self.stack = stack
        self.server = server
        self.key = releases.new_key()
        self.public = folder / "release.der"
        self.public.write_bytes(releases.public_der(self.key))
        self.commands = 0

    def publish(self, behaviour: str = "healthy", *, version: int = NEW, named: int = NEW) -> None:
        first = f"metersim-image {version} {behaviour}\n".encode()
        image = first + hashlib.shake_128(first).digest(IMAGE_BYTES - len(first))
        release = releases.Release(board="host", version=version, name="next", image=image)
        folder = self.server.folder / "host"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{named}.bin").write_bytes(image)
        (folder / f"{named}.manifest").write_bytes(releases.manifest(release, self.key))

    def meter(self, *, die_after: str | None = None) -> Meter:
        options = {
            "update_url": self.server.url,
            "release_key": str(self.public),
            "trial_ms": 1_500,
        }
        return self.stack.meter(
            scene.METER, die_after=die_after, options=options, report_interval_ms=200
        )

    def order(self, version: int = NEW) -> str:
        """Write the signed command as the functions do."""
        self.commands += 1
        command_id = f"c{self.commands:010}-update"
        text = f"{scene.METER}|{command_id}|update_firmware|{self.commands}|version={version}"
        key = bytes.fromhex(self.stack.meters[-1].settings.device_key)
        command = {
            "kind": "update_firmware",
            "arguments": f"version={version}",
            "sequence": self.commands,
            "created_at": 1,
            "mac": hmac.new(key, text.encode(), hashlib.sha256).hexdigest(),
        }
        self.stack.database.put(f"meters/{scene.METER}/commands/{command_id}", command)
        return command_id

    def wait_for_failure(self, meter: Meter, reason: str) -> None:
        """The meter says why, keeps the old image, and tells the operator by an alert."""
        meter.wait_for("update", stage="failed", reason=reason)
        self.stack.database.wait_until(
            f"meters/{scene.METER}/alerts",
            lambda alerts: any(
                alert["kind"] == "update_failed" and alert["value"] == NEW
                for alert in (alerts or {}).values()
            ),
        )
        node = self.stack.database.get(f"meters/{scene.METER}/status")
        assert node["firmware"] == "metersim-0.1.0"

    def wait_until_runs(self) -> None:
        self.stack.database.wait_until(
            f"meters/{scene.METER}/status",
            lambda status: status["firmware"] == f"metersim-image-{NEW}",
        )


@pytest.fixture
def bench(stack: Stack, tmp_path: Path) -> Iterator[Bench]:
    with ReleaseServer(tmp_path / "www") as server:
        yield Bench(stack, tmp_path, server)


def test_a_signed_release_is_applied_by_command_and_the_credit_stays(bench: Bench) -> None:
    bench.publish()
    meter = bench.meter()
    meter.wait_for("reported")
    command_id = bench.order()
    meter.wait_for("update", stage="confirmed", version=NEW)
    bench.wait_until_runs()
    node = bench.stack.database.get(f"meters/{scene.METER}")
    assert node["commands"][command_id]["result"] == "ok"
    assert node["credited_total"] == 12_000
    paid = scene.prompted(bench.stack, scene.amina(bench.stack))  # and it goes on selling
    bench.stack.simulator.enter_pin(scene.MSISDN)
    scene.wait_for_delivery(bench.stack, paid, "delivered")


@pytest.mark.parametrize("moment", [1, 3])
def test_a_plug_pulled_at_any_step_of_the_download_resumes_it(bench: Bench, moment: int) -> None:
    bench.publish()
    meter = bench.meter(die_after=f"update:{moment}")
    meter.wait_for("reported")
    bench.order()
    assert meter.process.wait_for_end(limit_s=20) in (137, -9)
    reborn = bench.meter()
    reborn.wait_for("update", stage="confirmed", version=NEW)
    bench.wait_until_runs()


def test_connections_that_break_in_every_range_only_cost_time(bench: Bench) -> None:
    bench.publish()
    bench.server.cut_after_bytes = 20_000
    meter = bench.meter()
    meter.wait_for("reported")
    bench.order()
    meter.wait_for("update", stage="confirmed", version=NEW)
    assert len(bench.server.asked) > IMAGE_BYTES // 32_768


def test_a_release_signed_by_somebody_else_is_refused(bench: Bench) -> None:
    bench.key = releases.new_key()
    bench.publish()
    meter = bench.meter()
    meter.wait_for("reported")
    bench.order()
    bench.wait_for_failure(meter, "bad_signature")
    assert not [asked for asked in bench.server.asked if ".bin" in asked]


def test_an_old_release_is_refused_also_under_a_new_name(bench: Bench) -> None:
    bench.publish(version=1, named=NEW)
    meter = bench.meter()
    meter.wait_for("reported")
    first = bench.order(version=1)
    meter.wait_for("command", command_id=first, result="not newer than what runs")
    bench.order()
    bench.wait_for_failure(meter, "other_version")


@pytest.mark.parametrize("behaviour", ["crashing", "offline"])
def test_a_bad_image_is_rolled_back_with_the_credit_untouched(bench: Bench, behaviour: str) -> None:
    bench.publish(behaviour)
    meter = bench.meter()
    meter.wait_for("reported")
    bench.order()
    bench.wait_for_failure(meter, "rolled_back")
    node = bench.stack.database.get(f"meters/{scene.METER}")
    assert node["credited_total"] == 12_000
    assert [event["storage"] for event in meter.events("started")][-1] == "restored"
