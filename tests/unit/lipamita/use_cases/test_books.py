"""Closing days, trial balances, and what tampering looks like."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.closing import FIRST_HASH, sealed
from lipamita.domain.errors import ConflictError
from lipamita.domain.ids import Receipt
from lipamita.domain.ledger import NO_TOTALS, Entry, Totals, totals_of
from lipamita.domain.payment_entries import received
from lipamita.domain.units import DAY_MS, HOUR_MS, Kes, Millis, day_eat
from lipamita.use_cases import close_days as closing_module
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.read_books import (
    MAX_OPEN_DAYS,
    check_books,
    days,
    trial_balance,
    verify_books,
)

from tests.fakes.estate import Estate
from tests.fakes.memory_nodes import ProcessDiedError

NOON = Millis(1_795_000_000_000 - 1_795_000_000_000 % DAY_MS + 9 * HOUR_MS)  # 12:00 in Kenya


@pytest.fixture
def estate() -> Estate:
    return Estate(now_ms=NOON)


def money(number: int, at_ms: int, amount_kes: int = 100) -> Entry:
    return received(Receipt(f"UKL1AAAA{number:02d}"), Kes(amount_kes), at_ms=Millis(at_ms))


def three_days(estate: Estate) -> None:
    """Two receipts today, none tomorrow, one the day after; then it is noon two days later."""
    estate.record.write([money(1, NOON), money(2, NOON)], (), now_ms=NOON)
    estate.record.write([money(3, NOON + 2 * DAY_MS)], (), now_ms=NOON)
    estate.wait(4 * DAY_MS)


def test_days_that_are_over_are_closed_in_a_chain_also_those_without_entries(
    estate: Estate,
) -> None:
    three_days(estate)
    made = close_days(estate.world)
    assert [closing.totals.entries for closing in made] == [2, 0, 1, 0]
    assert made[0].previous_hash == FIRST_HASH
    assert [closing.previous_hash for closing in made[1:]] == [one.hash for one in made[:-1]]
    assert made[-1].balances.cents == {"paybill_float": 30_000, "suspense": -30_000}
    assert verify_books(estate.world, recount=True) == []


def test_closing_again_closes_nothing(estate: Estate) -> None:
    three_days(estate)
    close_days(estate.world)
    assert close_days(estate.world) == []


def test_yesterday_is_left_open_until_two_hours_after_midnight(estate: Estate) -> None:
    estate.record.write([money(1, NOON)], (), now_ms=NOON)
    estate.wait(12 * HOUR_MS + 2 * HOUR_MS - 1)
    assert close_days(estate.world) == []
    estate.wait(1)
    assert [closing.day for closing in close_days(estate.world)] == [day_eat(NOON)]


def test_empty_books_have_nothing_to_close(estate: Estate) -> None:
    assert close_days(estate.world) == []
    assert trial_balance(estate.world).balances == NO_TOTALS
    assert verify_books(estate.world, recount=True) == []


def test_what_comes_late_goes_to_an_open_day_and_leaves_the_chain_whole(estate: Estate) -> None:
    three_days(estate)
    close_days(estate.world)
    estate.record.write([money(4, NOON)], (), now_ms=estate.now_ms)
    assert estate.record.days["UKL1AAAA04_received"] == day_eat(estate.now_ms)
    assert verify_books(estate.world, recount=True) == []


def test_dying_after_a_day_was_frozen_is_made_good_by_the_next_run(estate: Estate) -> None:
    three_days(estate)

    def die(path: str) -> None:
        if path == "books":
            raise ProcessDiedError

    estate.record.after_write = die
    with pytest.raises(ProcessDiedError):
        close_days(estate.world)
    estate.record.after_write = lambda _: None
    assert trial_balance(estate.world).balances.entries == 3
    assert len(close_days(estate.world)) == 4
    assert verify_books(estate.world, recount=True) == []


def test_a_long_backlog_is_closed_run_by_run(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_module, "MAX_DAYS", 3)
    three_days(estate)
    assert len(close_days(estate.world)) == 3
    assert len(close_days(estate.world)) == 1


def test_a_day_larger_than_a_page_is_counted_whole(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_module, "PAGE", 2)
    entries = [money(number, NOON) for number in range(5)]
    estate.record.write(entries, (), now_ms=NOON)
    estate.wait(DAY_MS)
    [closing] = close_days(estate.world)
    assert closing.totals == totals_of(entries)


def test_a_trial_balance_is_the_same_before_and_after_closing(estate: Estate) -> None:
    three_days(estate)
    before = trial_balance(estate.world)
    close_days(estate.world)
    after = trial_balance(estate.world)
    assert before.balances == after.balances == totals_of(estate.record.entries.values())
    assert (before.closed_through, after.closed_through) == (
        None,
        day_eat(Millis(NOON + 3 * DAY_MS)),
    )


def test_a_trial_balance_reads_no_entry(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    three_days(estate)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an entry was read")

    monkeypatch.setattr(estate.record, "entries_of", refuse)
    assert trial_balance(estate.world).balances.entries == 3


def test_days_without_closing_for_too_long_are_said_to_be(estate: Estate) -> None:
    estate.record.write([money(1, NOON)], (), now_ms=NOON)
    estate.wait(MAX_OPEN_DAYS * DAY_MS)
    with pytest.raises(ConflictError, match="close them first"):
        trial_balance(estate.world)


def test_days_are_told_one_by_one_closed_and_open(estate: Estate) -> None:
    three_days(estate)
    close_days(estate.world)
    estate.record.write([money(4, estate.now_ms)], (), now_ms=estate.now_ms)
    told = list(days(day_eat(NOON), day_eat(estate.now_ms), estate.world))
    assert [(one.totals.entries, one.closed) for one in told] == [
        (2, True),
        (0, True),
        (1, True),
        (0, True),
        (1, False),
    ]


def test_an_entry_changed_after_closing_is_found(estate: Estate) -> None:
    three_days(estate)
    close_days(estate.world)
    estate.record.entries["UKL1AAAA01_received"] = money(1, NOON, 99)
    found = verify_books(estate.world, recount=True)
    assert any("not those that were closed" in wrong for wrong in found)


def test_an_entry_taken_away_after_closing_is_found(estate: Estate) -> None:
    three_days(estate)
    close_days(estate.world)
    del estate.record.entries["UKL1AAAA03_received"]
    assert verify_books(estate.world, recount=True) != []


def test_a_closing_changed_afterwards_is_found_even_with_a_new_seal(estate: Estate) -> None:
    three_days(estate)
    first, second = close_days(estate.world)[:2]
    less = Totals(cents={}, energy_wh={}, entries=0)
    estate.record.closed[first.day] = sealed(replace(first, totals=less, balances=less))
    found = verify_books(estate.world, recount=False)
    assert f"{second.day} is not chained to the closing before it" in found
    estate.record.closed[first.day] = replace(first, totals=less)
    assert f"{first.day} was changed after it was closed" in verify_books(
        estate.world, recount=False
    )


def test_a_closing_taken_away_is_found(estate: Estate) -> None:
    three_days(estate)
    made = close_days(estate.world)
    del estate.record.closed[made[1].day]
    assert f"{made[2].day} does not follow {made[0].day}" in verify_books(
        estate.world, recount=False
    )


def test_totals_that_drifted_from_their_entries_are_an_alarm_at_closing(estate: Estate) -> None:
    three_days(estate)
    estate.record.totals[day_eat(NOON)] = NO_TOTALS
    close_days(estate.world)
    assert [alarm.kind for alarm in estate.store.alarms] == ["ledger_imbalance"]
    assert trial_balance(estate.world).balances.entries == 3  # the count stands, not the drift


def test_the_daily_check_is_silent_while_the_books_hold(estate: Estate) -> None:
    three_days(estate)
    close_days(estate.world)
    assert check_books(estate.world) == []
    assert estate.store.alarms == []


def test_the_daily_check_raises_an_alarm_when_they_do_not(estate: Estate) -> None:
    three_days(estate)
    [first, *_] = close_days(estate.world)
    estate.record.closed[first.day] = replace(first, entries_hash="0" * 64)
    assert check_books(estate.world) != []
    assert [alarm.kind for alarm in estate.store.alarms] == ["ledger_imbalance"]
