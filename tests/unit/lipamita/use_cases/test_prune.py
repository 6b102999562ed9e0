"""Clearing away: bounded, going on where it ended, and never stopped by what must stay."""

from __future__ import annotations

from lipamita.domain.retention import KEPT_MS, Shelf
from lipamita.domain.units import DAY_MS
from lipamita.use_cases.prune import MAX_PAGES, PAGE, prune

from tests.fakes.estate import START_MS, Estate


def filled(estate: Estate, shelf: Shelf, count: int, age_ms: int) -> dict[str, int]:
    """A shelf with that many children of that age."""
    children = {f"k{number:06}": START_MS - age_ms for number in range(count)}
    estate.store.shelves[shelf] = children
    return children


def test_each_shelf_keeps_what_is_young_and_lets_go_what_is_old() -> None:
    estate = Estate()
    for shelf in Shelf:
        estate.store.shelves[shelf] = {
            "old": START_MS - KEPT_MS[shelf] - 1,
            "young": START_MS - KEPT_MS[shelf],
        }
    assert prune(estate.world) == dict.fromkeys(Shelf, 1)
    assert {key for shelf in Shelf for key in estate.store.shelves[shelf]} == {"young"}


def test_doing_it_again_changes_nothing() -> None:
    estate = Estate()
    filled(estate, Shelf.CALLBACKS, 10, 100 * DAY_MS)
    prune(estate.world)
    assert prune(estate.world) == dict.fromkeys(Shelf, 0)


def test_one_run_is_bounded_and_the_next_one_goes_on() -> None:
    estate = Estate()
    children = filled(estate, Shelf.IDEMPOTENCY, MAX_PAGES * PAGE + 50, 2 * DAY_MS)
    assert prune(estate.world)[Shelf.IDEMPOTENCY] == MAX_PAGES * PAGE
    assert prune(estate.world)[Shelf.IDEMPOTENCY] == 50
    assert children == {}


def test_what_must_stay_does_not_keep_what_lies_behind_it() -> None:
    estate = Estate()
    children = filled(estate, Shelf.CALLBACKS, MAX_PAGES * PAGE + 50, 100 * DAY_MS)
    estate.store.staying = set(sorted(children)[: MAX_PAGES * PAGE])
    assert prune(estate.world)[Shelf.CALLBACKS] == 0
    assert prune(estate.world)[Shelf.CALLBACKS] == 50
    assert set(children) == estate.store.staying


def test_what_may_go_later_is_found_when_the_next_round_begins() -> None:
    estate = Estate()
    filled(estate, Shelf.CALLBACKS, PAGE + 1, 100 * DAY_MS)
    estate.store.staying = {"k000000"}
    prune(estate.world)
    estate.store.staying = set()
    prune(estate.world)
    assert estate.store.shelves[Shelf.CALLBACKS] == {}


def test_a_receipt_outlives_all_evidence() -> None:
    assert KEPT_MS[Shelf.RECEIPTS] > 4 * max(KEPT_MS[Shelf.CALLBACKS], KEPT_MS[Shelf.CONFIRMATIONS])
