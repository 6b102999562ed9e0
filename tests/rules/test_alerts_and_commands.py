"""A device raises and clears its alerts once, and closes the commands it was given once."""

import pytest

from tests.rules.database import Request, RulesDatabase, delete, patch, post, put
from tests.rules.identities import DEVICE, only
from tests.rules.values import NOT_INTEGERS, NOT_STRINGS, two_days_ahead_ms, with_priority
from tests.rules.world import COMMAND, DONE_COMMAND, EARLIER, world

ALERTS = "meters/MTR-001/alerts"
COMMANDS = "meters/MTR-001/commands"
SERVER_TIME = {".sv": "timestamp"}


def alert(**changed: object) -> dict[str, object]:
    return {"kind": "low_credit", "raised_at": EARLIER, **changed}


FIT: list[Request] = [
    put(f"{ALERTS}/new", alert()),
    put(f"{ALERTS}/new", alert(value=0)),
    put(f"{ALERTS}/new", alert(value=-5, cleared_at=EARLIER)),
    put(f"{ALERTS}/new", alert(raised_at=SERVER_TIME)),
    put(f"{ALERTS}/{'x' * 40}", alert()),
    put(f"{ALERTS}/0-", alert()),
    patch(f"{ALERTS}/new", alert()),
    patch("meters/MTR-001", {"alerts/new": alert(), "status/reason": "tamper"}),
    put(f"{ALERTS}/a1/cleared_at", EARLIER + 7),
    put(f"{ALERTS}/a1/cleared_at", SERVER_TIME),
    patch(f"{ALERTS}/a1", {"cleared_at": EARLIER}),
    patch("meters/MTR-001", {"alerts/a1/cleared_at": EARLIER}),
    put(f"{ALERTS}/a1", alert(value=900)),
    put(f"{ALERTS}/a1", alert(value=900, cleared_at=EARLIER)),
    patch(f"{COMMANDS}/{COMMAND}", {"done_at": EARLIER, "result": "ok"}),
    patch(f"{COMMANDS}/{COMMAND}", {"done_at": SERVER_TIME, "result": "x" * 200}),
    patch(COMMANDS, {f"{COMMAND}/done_at": EARLIER, f"{COMMAND}/result": "refused: bad_mac"}),
]

DONE: dict[str, object] = {"done_at": EARLIER, "result": "ok"}

UNFIT: list[Request] = [
    # A plain number for an id makes the database show the alerts as a list.
    *(put(f"{ALERTS}/{number}", alert()) for number in ("0", "1", "007", "9" * 40)),
    patch(ALERTS, {"0": alert()}),
    # An alert that is incomplete, or more than an alert.
    put(f"{ALERTS}/new", {"kind": "low_credit"}),
    put(f"{ALERTS}/new", {"raised_at": EARLIER}),
    put(f"{ALERTS}/new", {"cleared_at": EARLIER}),
    put(f"{ALERTS}/new", "low_credit"),
    put(f"{ALERTS}/new", {}),
    put(f"{ALERTS}/new/kind", "low_credit"),
    put(f"{ALERTS}/new", alert(note="x")),
    put(f"{ALERTS}/new", {**alert(), ".priority": 1}),
    *(
        put(f"{ALERTS}/new", alert(kind=value))
        for value in [*NOT_STRINGS, "", "x", "Tamper", "low-credit", "_x", "x" * 33, "tamper\n"]
    ),
    *(
        put(f"{ALERTS}/new", alert(raised_at=value))
        for value in [*NOT_INTEGERS, -1, two_days_ahead_ms()]
    ),
    *(
        put(f"{ALERTS}/new", alert(cleared_at=value))
        for value in [*NOT_INTEGERS, EARLIER - 1, EARLIER + 0.5, two_days_ahead_ms()]
    ),
    *(put(f"{ALERTS}/new", alert(value=value)) for value in [*NOT_INTEGERS, 1e13, -1e13]),
    *(
        put(f"{ALERTS}/new", alert(**{name: with_priority(value)}))
        for name, value in alert(cleared_at=EARLIER, value=1).items()
    ),
    put(f"{ALERTS}/{'x' * 41}", alert()),
    put(f"{ALERTS}/new key", alert()),
    put(f"{ALERTS}/srv-2", alert()),
    post(f"{ALERTS}/a1", alert()),
    # An alert rewritten, taken back, cleared twice, or not one's own.
    put(f"{ALERTS}/a1/kind", "tamper"),
    put(f"{ALERTS}/a1/raised_at", EARLIER + 1),
    put(f"{ALERTS}/a1/value", 901),
    put(f"{ALERTS}/a1", alert()),
    put(f"{ALERTS}/a2/value", 2),
    put(f"{ALERTS}/a2/cleared_at", EARLIER + 6),
    delete(f"{ALERTS}/a2/cleared_at"),
    delete(f"{ALERTS}/a1/kind"),
    delete(f"{ALERTS}/a1/value"),
    delete(f"{ALERTS}/a1"),
    put(f"{ALERTS}/srv-1/cleared_at", EARLIER + 1),
    delete(f"{ALERTS}/srv-1"),
    delete(ALERTS),
    put(ALERTS, {"new": alert()}),
    # A command closed by halves, twice, altered, invented or removed.
    patch(f"{COMMANDS}/{COMMAND}", {"done_at": EARLIER}),
    patch(f"{COMMANDS}/{COMMAND}", {"result": "ok"}),
    patch(f"{COMMANDS}/{COMMAND}", {**DONE, "kind": "disconnect"}),
    patch(f"{COMMANDS}/{COMMAND}", {**DONE, "mac": "00" * 32}),
    patch(f"{COMMANDS}/{COMMAND}", {**DONE, "note": "x"}),
    patch(f"{COMMANDS}/{DONE_COMMAND}", DONE),
    patch(f"{COMMANDS}/{DONE_COMMAND}", {"result": "failed"}),
    patch(f"{COMMANDS}/-Omade-up", DONE),
    put(f"{COMMANDS}/-Omade-up", {**DONE, "kind": "connect"}),
    put(f"{COMMANDS}/{COMMAND}", DONE),
    post(COMMANDS, {"kind": "connect"}),
    delete(f"{COMMANDS}/{COMMAND}"),
    delete(f"{COMMANDS}/{DONE_COMMAND}/done_at"),
    delete(COMMANDS),
    *(
        patch(f"{COMMANDS}/{COMMAND}", {**DONE, "done_at": value})
        for value in [*NOT_INTEGERS, -1, two_days_ahead_ms(), with_priority(EARLIER)]
    ),
    *(
        patch(f"{COMMANDS}/{COMMAND}", {**DONE, "result": value})
        for value in [*NOT_STRINGS, "", "x" * 201, with_priority("ok")]
    ),
]


@pytest.mark.parametrize("request_", FIT, ids=str)
def test_the_device_alone_speaks_for_its_meter(database: RulesDatabase, request_: Request) -> None:
    assert database.expect_only(only(DEVICE), [request_]) == []


@pytest.mark.parametrize("request_", UNFIT, ids=str)
def test_what_is_not_an_alert_or_a_result_is_refused_to_all(
    database: RulesDatabase, request_: Request
) -> None:
    assert database.expect_none([request_]) == []
    assert database.tree() == world()


def test_a_closed_command_stays_closed(database: RulesDatabase) -> None:
    close = patch(f"{COMMANDS}/{COMMAND}", DONE)
    assert database.attempt(DEVICE, close)
    assert not database.attempt(DEVICE, close)
