"""Alerts of the server: begun once, ended when over, quiet while something goes to and fro."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lipamita.domain.meter_alert import (
    HEARD_AGAIN_MS,
    KEPT_MS,
    OFFLINE_AFTER_MS,
    PAUSE_MS,
    Alert,
    Signs,
    decide_alerts,
    forgettable,
)
from lipamita.domain.units import HOUR_MS, Millis

NOW = Millis(1_795_000_000_000)
OFFLINE = Signs(silent_ms=OFFLINE_AFTER_MS)
HEARD = Signs(silent_ms=HEARD_AGAIN_MS)
SIGNS = st.builds(
    Signs,
    silent_ms=st.none() | st.integers(0, 3 * OFFLINE_AFTER_MS),
    hours_left=st.none() | st.integers(0, 120),
    day_wh=st.none() | st.integers(0, 30_000),
    usual_wh=st.none() | st.integers(0, 12_000),
    is_retired=st.booleans(),
)


def begun(signs: Signs, *alerts: Alert, now_ms: Millis = NOW) -> list[str]:
    return [alert.kind for alert in decide_alerts(signs, alerts, now_ms=now_ms).begun]


def ended(signs: Signs, *alerts: Alert) -> tuple[str, ...]:
    return decide_alerts(signs, alerts, now_ms=NOW).ended


def open_alert(kind: str, alert_id: str = "srv-x") -> Alert:
    return Alert(alert_id=alert_id, kind=kind, raised_at_ms=Millis(NOW - HOUR_MS))


@pytest.mark.parametrize(
    ("signs", "kinds"),
    [
        (Signs(), []),
        (OFFLINE, ["offline"]),
        (Signs(silent_ms=OFFLINE_AFTER_MS - 1), []),
        (Signs(hours_left=47), ["credit_ends_soon"]),
        (Signs(hours_left=48), []),
        (Signs(hours_left=0), ["credit_ends_soon"]),
        (Signs(day_wh=8_000, usual_wh=4_000), ["high_use"]),
        (Signs(day_wh=7_999, usual_wh=4_000), []),
        (Signs(day_wh=2_100, usual_wh=101), []),
        (Signs(day_wh=2_000, usual_wh=0), ["high_use"]),
        (Signs(day_wh=9_000), []),
        (Signs(usual_wh=100), []),
        (replace(OFFLINE, is_retired=True), []),
    ],
)
def test_an_alert_begins_when_its_limit_is_passed(signs: Signs, kinds: list[str]) -> None:
    assert begun(signs) == kinds


@pytest.mark.parametrize(
    ("kind", "signs", "over"),
    [
        ("offline", HEARD, True),
        ("offline", Signs(silent_ms=HEARD_AGAIN_MS + 1), False),
        ("offline", Signs(), False),
        ("credit_ends_soon", Signs(hours_left=72), True),
        ("credit_ends_soon", Signs(hours_left=71), False),
        ("credit_ends_soon", Signs(), False),
        ("high_use", Signs(day_wh=5_999, usual_wh=4_000), True),
        ("high_use", Signs(day_wh=6_000, usual_wh=4_000), False),
        ("offline", Signs(is_retired=True), True),
        ("high_use", Signs(is_retired=True), True),
    ],
)
def test_it_ends_well_below_the_limit_where_it_began(kind: str, signs: Signs, over: bool) -> None:
    assert ended(signs, open_alert(kind)) == (("srv-x",) if over else ())


def test_a_silent_meter_says_nothing_about_use_or_credit() -> None:
    silent = Signs(silent_ms=OFFLINE_AFTER_MS, hours_left=1, day_wh=9_000, usual_wh=1_000)
    assert begun(silent) == ["offline"]
    heard_long_ago = Signs(silent_ms=OFFLINE_AFTER_MS, hours_left=100)
    assert ended(heard_long_ago, open_alert("credit_ends_soon")) == ()


def test_what_ended_begins_again_only_after_a_pause() -> None:
    over = replace(open_alert("offline"), cleared_at_ms=Millis(NOW - PAUSE_MS + 1))
    assert begun(OFFLINE, over) == []
    assert begun(OFFLINE, over, now_ms=Millis(NOW + 1)) == ["offline"]


@pytest.mark.parametrize("kind", ["low_credit", "out_of_credit"])
def test_a_meter_that_says_itself_that_credit_is_low_is_not_echoed(kind: str) -> None:
    assert begun(Signs(hours_left=5), open_alert(kind, "a1")) == []
    over = replace(open_alert(kind, "a1"), cleared_at_ms=NOW)
    assert begun(Signs(hours_left=5), over) == ["credit_ends_soon"]


def test_alerts_of_the_device_are_its_own() -> None:
    assert ended(HEARD, open_alert("offline", "a1")) == ()
    assert begun(OFFLINE, open_alert("offline", "a1")) == ["offline"]


@given(st.lists(st.tuples(SIGNS, st.integers(0, 2 * PAUSE_MS)), max_size=12))
def test_at_most_one_of_a_kind_is_open_and_deciding_again_changes_nothing(
    looks: list[tuple[Signs, int]],
) -> None:
    alerts: list[Alert] = []
    now_ms = int(NOW)
    for signs, wait_ms in looks:
        now_ms += wait_ms + 1
        at = Millis(now_ms)
        changes = decide_alerts(signs, alerts, now_ms=at)
        alerts = [
            replace(one, cleared_at_ms=at) if one.alert_id in changes.ended else one
            for one in alerts
        ]
        alerts += changes.begun
        again = decide_alerts(signs, alerts, now_ms=at)
        assert (again.begun, again.ended) == ((), ())
        open_kinds = [one.kind for one in alerts if one.is_open]
        assert len(open_kinds) == len(set(open_kinds))
    assert len({one.alert_id for one in alerts}) == len(alerts)
    assert all(len(one.alert_id) <= 40 for one in alerts)  # as the rules allow


def test_alerts_are_forgotten_long_after_they_ended() -> None:
    old = replace(open_alert("offline", "old"), cleared_at_ms=Millis(NOW - KEPT_MS - 1))
    kept = replace(open_alert("offline", "kept"), cleared_at_ms=Millis(NOW - KEPT_MS))
    still_open = replace(open_alert("offline", "open"), raised_at_ms=Millis(0))
    assert forgettable([old, kept, still_open], now_ms=NOW) == ["old"]
