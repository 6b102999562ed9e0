"""A virtual meter: metersim as a process, with its storage on disk and its plug to pull."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.lab.events import EVENT_LIMIT_S, events_of, wait_for_event
from tools.lab.people import API_KEY
from tools.lab.process import Process

METERSIM = Path("firmware/build/metersim")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSettings:
    """What a meter is provisioned with, and what hangs on it."""

    meter_id: str
    database_url: str
    namespace: str
    auth_url: str
    master_secret: str
    store_dir: Path
    load_w: int = 0
    report_interval_ms: int = 2_000
    time_scale: int = 1
    options: Mapping[str, object] = field(default_factory=dict)  # further settings of metersim

    @property
    def email(self) -> str:
        """The device account of the demo estate."""
        return f"{self.meter_id.lower()}@meters.example"

    @property
    def password(self) -> str:
        """The device account's obviously fake password."""
        return f"meter-{self.meter_id.removeprefix('MTR-')}-password"

    @property
    def device_key(self) -> str:
        """HMAC-SHA256(master secret, "device-key|" + meter_id), as given at provisioning."""
        label = f"device-key|{self.meter_id}"
        return hmac.new(self.master_secret.encode(), label.encode(), hashlib.sha256).hexdigest()


class Meter:
    """One running metersim."""

    def __init__(
        self,
        settings: MeterSettings,
        *,
        die_after: str | None = None,
        echo: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings
        settings.store_dir.mkdir(parents=True, exist_ok=True)
        config = settings.store_dir / "metersim.json"
        _write_private(config, json.dumps(_config(settings)))
        faults = ["--die-after", die_after] if die_after else []
        self.process = Process(
            f"metersim {settings.meter_id}",
            [METERSIM, "--config", config, *faults],
            echo=echo,
        )

    def wait_for(
        self, event: str, *, after: int = 0, limit_s: float = EVENT_LIMIT_S, **fields: object
    ) -> tuple[dict[str, Any], int]:
        """The first event with these fields, and the position behind it."""
        return wait_for_event(self.process, event, fields, limit_s=limit_s, after=after)

    def events(self, event: str) -> list[dict[str, Any]]:
        """Every event of that name so far."""
        return events_of(self.process, event)

    def pull_the_plug(self) -> None:
        """Kill -9: nothing is saved that was not saved before."""
        self.process.kill()

    def stop(self) -> None:
        """Let it end as on SIGINT."""
        self.process.stop()


def _config(settings: MeterSettings) -> dict[str, object]:
    return {
        "database_url": settings.database_url,
        "namespace": settings.namespace,
        "auth_url": settings.auth_url,
        "api_key": API_KEY,
        "email": settings.email,
        "password": settings.password,
        "meter_id": settings.meter_id,
        "device_key": settings.device_key,
        "store_dir": str(settings.store_dir),
        "load_w": settings.load_w,
        "imp_per_kwh": 1_000,
        "report_interval_ms": settings.report_interval_ms,
        "time_scale": settings.time_scale,
        **settings.options,
    }


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
