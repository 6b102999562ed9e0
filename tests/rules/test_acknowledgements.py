"""The acknowledgement of a recharge: one write of three fields, once, by the meter that got it."""

import pytest

from tests.rules.database import Request, RulesDatabase, delete, patch, post, put
from tests.rules.identities import DEVICE, OTHER_DEVICE, only
from tests.rules.values import NOT_BOOLEANS, NOT_INTEGERS, two_days_ahead_ms, with_priority
from tests.rules.world import EARLIER, LATER, PAID, WAITING, world

QUEUE = "meters/MTR-001/pending_recharge"
DUE = f"{QUEUE}/{WAITING}"
EARLY = f"{QUEUE}/{LATER}"
DONE = f"{QUEUE}/{PAID}"
SERVER_TIME = {".sv": "timestamp"}
FIELDS: dict[str, object] = {"processed": True, "processed_at": EARLIER, "balance_after": 10500}


def acknowledgement(**changed: object) -> dict[str, object]:
    return {**FIELDS, **changed}


def below(entry: str, fields: dict[str, object]) -> dict[str, object]:
    return {f"{entry}/{name}": value for name, value in fields.items()}


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in FIELDS.items() if key != name}


FIT: list[Request] = [
    patch(DUE, acknowledgement()),
    patch(DUE, acknowledgement(processed_at=SERVER_TIME)),
    patch(DUE, acknowledgement(balance_after=0)),
    patch(DUE, acknowledgement(balance_after=-250)),
    patch(DUE, acknowledgement(balance_after=20000)),
    patch(QUEUE, below(WAITING, FIELDS)),
    patch("meters/MTR-001", below(f"pending_recharge/{WAITING}", FIELDS)),
    # The report that covers the third entry, and the acknowledgement of both, in one write.
    patch(
        "meters/MTR-001",
        {
            "sequence": 3,
            "credited_total": 30000,
            "current_balance": 20500,
            **below(f"pending_recharge/{WAITING}", FIELDS),
            **below(f"pending_recharge/{LATER}", acknowledgement(balance_after=20500)),
        },
    ),
]

UNFIT: list[Request] = [
    # Not all three fields together.
    *(patch(DUE, without(name)) for name in FIELDS),
    *(patch(DUE, {name: value}) for name, value in FIELDS.items()),
    *(put(f"{DUE}/{name}", value) for name, value in FIELDS.items()),
    # Not from false to true.
    patch(DUE, acknowledgement(processed=False)),
    patch(DUE, acknowledgement(processed=None)),
    patch(DONE, acknowledgement()),
    patch(DONE, {"processed": True}),
    patch(DONE, {"processed": False}),
    patch(DONE, {"balance_after": 9001}),
    patch(DONE, {"processed_at": EARLIER + 1}),
    patch(DONE, acknowledgement(processed=False)),
    # Before the reported sequence covers the entry.
    patch(EARLY, acknowledgement()),
    patch("meters/MTR-001", {"sequence": 2, **below(f"pending_recharge/{LATER}", FIELDS)}),
    patch("meters/MTR-001", {"sequence": 4, **below(f"pending_recharge/{LATER}", FIELDS)}),
    # Another field touched beside them.
    *(
        patch(DUE, acknowledgement(**{name: value}))
        for name, value in {
            "amount": 1,
            "energy_wh": 99999,
            "sequence": 1,
            "credited_total_wh": 99999,
            "mac": "00" * 32,
            "created_at": EARLIER + 1,
            "note": "x",
        }.items()
    ),
    # An entry of one's own making, replaced, removed.
    patch(f"{QUEUE}/-Omade-up", acknowledgement()),
    put(f"{QUEUE}/-Omade-up", {**FIELDS, "energy_wh": 99999, "sequence": 2}),
    put(DUE, FIELDS),
    put(DUE, None),
    delete(DUE),
    delete(DONE),
    delete(f"{DUE}/energy_wh"),
    delete(f"{DONE}/processed"),
    delete(QUEUE),
    put(QUEUE, {}),
    post(QUEUE, FIELDS),
    put(f"{DUE}/amount", 1),
    put(f"{DUE}/credited_total_wh", 99999),
    # Values that are not what the fields are.
    *(patch(DUE, acknowledgement(processed=value)) for value in NOT_BOOLEANS),
    *(
        patch(DUE, acknowledgement(processed_at=value))
        for value in [*NOT_INTEGERS, -1, two_days_ahead_ms()]
    ),
    *(
        patch(DUE, acknowledgement(balance_after=value))
        for value in [*NOT_INTEGERS, 20001, -1_000_000_001]
    ),
    *(patch(DUE, acknowledgement(**{name: with_priority(FIELDS[name])})) for name in FIELDS),
]


@pytest.mark.parametrize("request_", FIT, ids=str)
def test_an_acknowledgement_is_taken_from_the_entrys_device_alone(
    database: RulesDatabase, request_: Request
) -> None:
    assert database.expect_only(only(DEVICE), [request_]) == []


@pytest.mark.parametrize("request_", UNFIT, ids=str)
def test_anything_else_in_the_queue_is_refused_to_all(
    database: RulesDatabase, request_: Request
) -> None:
    assert database.expect_none([request_]) == []
    assert database.tree() == world()


def test_an_acknowledged_entry_stays_as_it_is(database: RulesDatabase) -> None:
    assert database.attempt(DEVICE, patch(DUE, acknowledgement()))
    assert not database.attempt(DEVICE, patch(DUE, acknowledgement()))
    assert not database.attempt(DEVICE, patch(DUE, acknowledgement(balance_after=1)))


def test_the_next_entry_opens_when_the_report_covers_it(database: RulesDatabase) -> None:
    assert not database.attempt(DEVICE, patch(EARLY, acknowledgement()))
    report = {"sequence": 3, "credited_total": 30000, "current_balance": 20500}
    assert database.attempt(DEVICE, patch("meters/MTR-001", report))
    assert database.attempt(DEVICE, patch(EARLY, acknowledgement()))


def test_a_meter_that_never_reported_acknowledges_nothing(database: RulesDatabase) -> None:
    entry = {"sequence": 1, "credited_total_wh": 20000, "processed": False}
    database.given(
        {
            "meters/MTR-002/pending_recharge/-Ofirst": entry,
            "meter_registers/MTR-002": {"credited_total_wh": 20000, "sequence": 1},
        }
    )
    first = below("pending_recharge/-Ofirst", FIELDS)
    assert not database.attempt(OTHER_DEVICE, patch("meters/MTR-002", first))
    assert database.attempt(OTHER_DEVICE, patch("meters/MTR-002", {"sequence": 1, **first}))
