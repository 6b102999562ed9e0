"""Who calls a meter silent waits for more than two of its heartbeats."""

from __future__ import annotations

import re
from pathlib import Path

from lipamita.domain.meter_alert import HEARD_AGAIN_MS
from lipamita.use_cases.report_status import METER_SILENT_MS

ROOT = Path(__file__).resolve().parents[3]


def stated(path: str, pattern: str) -> int:
    [number] = re.findall(pattern, (ROOT / path).read_text())
    return int(number.replace("_", ""))


def test_a_meter_is_silent_after_more_than_two_heartbeats_in_the_status_and_on_the_page() -> None:
    heartbeat_ms = stated("firmware/lib/meter_app/config.h", r"heartbeat_ms = (\d+);")
    page_ms = stated("dashboard/src/meter.ts", r"SILENT_AFTER_MS = ([\d_]+);")
    assert page_ms == METER_SILENT_MS > 2 * heartbeat_ms
    assert 2 * heartbeat_ms <= HEARD_AGAIN_MS < METER_SILENT_MS
