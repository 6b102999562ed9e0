"""Alerts that the server raises about a meter: silence, use far above the usual, credit that ends.

offline           begins when nothing was heard for OFFLINE_AFTER_MS; ends when it was heard within
                  HEARD_AGAIN_MS; value: minutes of silence
high_use          begins when the last 24 hours took HIGH_PERCENT of the usual day and HIGH_MIN_WH
                  more; ends below USUAL_AGAIN_PERCENT; value: Wh of the 24 hours
credit_ends_soon  begins when the credit lasts less than ENDS_WITHIN_H at the usual use; ends when
                  it lasts LASTS_AGAIN_H; value: hours left

Between beginning and end there is a gap, and a kind that ended begins again only after PAUSE_MS, so
that what goes to and fro is told once. What is not known begins and ends nothing. Alerts of the
meter itself (low_credit, out_of_credit, tampering) are its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lipamita.domain.units import DAY_MS, HOUR_MS, MINUTE_MS, Millis

OFFLINE_AFTER_MS = HOUR_MS  # a meter reports every 10 minutes at the latest
HEARD_AGAIN_MS = 20 * MINUTE_MS
HIGH_PERCENT = 200
USUAL_AGAIN_PERCENT = 150
HIGH_MIN_WH = 2_000
ENDS_WITHIN_H = 48
LASTS_AGAIN_H = 72
PAUSE_MS = 6 * HOUR_MS
KEPT_MS = 90 * DAY_MS  # after an alert ended
OF_SERVER = "srv-"  # begins the id of every alert that is not the device's
CREDIT_IS_LOW = frozenset({"low_credit", "out_of_credit"})  # of the device: say it already


class ServerAlert(StrEnum):
    """What the server raises by looking at meters."""

    OFFLINE = "offline"
    HIGH_USE = "high_use"
    CREDIT_ENDS_SOON = "credit_ends_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``meters/{meter_id}/alerts/{alert_id}``; ``value`` in the unit of its kind."""

    alert_id: str
    kind: str
    raised_at_ms: Millis
    cleared_at_ms: Millis | None = None
    value: int | None = None

    @property
    def is_open(self) -> bool:
        """It has not ended."""
        return self.cleared_at_ms is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a look at a meter found; None where it is not known.

    ``day_wh``: of the last 24 hours; ``usual_wh``: of a day as the days before them were.
    """

    silent_ms: int | None = None
    hours_left: int | None = None
    day_wh: int | None = None
    usual_wh: int | None = None
    is_retired: bool = False

    @property
    def is_silent(self) -> bool:
        """What was last reported is too old to go by."""
        return self.silent_ms is not None and self.silent_ms >= OFFLINE_AFTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChanges:
    """What begins, and the ids of what ended."""

    begun: tuple[Alert, ...] = ()
    ended: tuple[str, ...] = ()


def decide_alerts(signs: Signs, alerts: Sequence[Alert], *, now_ms: Millis) -> AlertChanges:
    """What changes now; with the changes made, the same signs change nothing more."""
    begun: list[Alert] = []
    ended: list[str] = []
    for kind in ServerAlert:
        mine = [one for one in alerts if one.kind == kind and one.alert_id.startswith(OF_SERVER)]
        open_ids = [one.alert_id for one in mine if one.is_open]
        holds = False if signs.is_retired else _HOLDS[kind](signs)
        if holds is False:
            ended += open_ids
        elif holds and not open_ids and _may_begin(kind, mine, alerts, now_ms):
            begun.append(
                Alert(
                    alert_id=f"{OF_SERVER}{kind}-{now_ms}",
                    kind=kind,
                    raised_at_ms=now_ms,
                    value=_value(kind, signs),
                )
            )
    return AlertChanges(begun=tuple(begun), ended=tuple(ended))


def forgettable(alerts: Iterable[Alert], *, now_ms: Millis) -> list[str]:
    """Ids of alerts that ended too long ago to be kept."""
    return [
        one.alert_id
        for one in alerts
        if one.cleared_at_ms is not None and one.cleared_at_ms + KEPT_MS < now_ms
    ]


def _may_begin(
    kind: ServerAlert, mine: Iterable[Alert], alerts: Iterable[Alert], now_ms: Millis
) -> bool:
    told = kind is ServerAlert.CREDIT_ENDS_SOON and any(
        one.kind in CREDIT_IS_LOW and one.is_open for one in alerts
    )
    rested = all((one.cleared_at_ms or 0) + PAUSE_MS <= now_ms for one in mine)
    return rested and not told


def _is_offline(signs: Signs) -> bool | None:
    if signs.silent_ms is None:
        return None
    if signs.silent_ms >= OFFLINE_AFTER_MS:
        return True
    return False if signs.silent_ms <= HEARD_AGAIN_MS else None


def _uses_much(signs: Signs) -> bool | None:
    day_wh, usual_wh = signs.day_wh, signs.usual_wh
    if day_wh is None or usual_wh is None or signs.is_silent:
        return None
    if 100 * day_wh >= HIGH_PERCENT * usual_wh and day_wh - usual_wh >= HIGH_MIN_WH:
        return True
    return False if 100 * day_wh < USUAL_AGAIN_PERCENT * usual_wh else None


def _ends_soon(signs: Signs) -> bool | None:
    if signs.hours_left is None or signs.is_silent:
        return None
    if signs.hours_left < ENDS_WITHIN_H:
        return True
    return False if signs.hours_left >= LASTS_AGAIN_H else None


def _value(kind: ServerAlert, signs: Signs) -> int | None:
    return {
        ServerAlert.OFFLINE: None if signs.silent_ms is None else signs.silent_ms // MINUTE_MS,
        ServerAlert.HIGH_USE: signs.day_wh,
        ServerAlert.CREDIT_ENDS_SOON: signs.hours_left,
    }[kind]


_HOLDS = {
    ServerAlert.OFFLINE: _is_offline,
    ServerAlert.HIGH_USE: _uses_much,
    ServerAlert.CREDIT_ENDS_SOON: _ends_soon,
}
