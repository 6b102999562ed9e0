"""Alerts as stored below a meter. docs/data-model.md states every field."""

from __future__ import annotations

from collections.abc import Iterator

from lipamita.adapters.fields import Fields, as_map
from lipamita.domain.errors import UnreadableError
from lipamita.domain.meter_alert import Alert
from lipamita.domain.units import Millis


def alert_to_json(alert: Alert) -> dict[str, object]:
    """``meters/{meter_id}/alerts/{alert_id}``."""
    node: dict[str, object] = {
        "kind": alert.kind,
        "raised_at": alert.raised_at_ms,
        "cleared_at": alert.cleared_at_ms,
        "value": alert.value,
    }
    return {name: value for name, value in node.items() if value is not None}


def alert_from_json(alert_id: str, fields: Fields) -> Alert:
    """The alert in that node. Raises UnreadableError."""
    return Alert(
        alert_id=alert_id,
        kind=fields.text("kind"),
        raised_at_ms=Millis(fields.whole("raised_at")),
        cleared_at_ms=fields.optional_millis("cleared_at"),
        value=fields.optional_whole("value"),
    )


def alerts_of(meter: Fields) -> Iterator[Alert]:
    """The alerts of a meter's node; one that is damaged is passed over, and keeps no other back."""
    path, alerts = f"{meter.path}/alerts", as_map(meter.node.get("alerts"))
    for alert_id, node in sorted(alerts.items()) if isinstance(alerts, dict) else ():
        try:
            yield alert_from_json(alert_id, Fields.of(f"{path}/{alert_id}", node))
        except UnreadableError:
            continue
