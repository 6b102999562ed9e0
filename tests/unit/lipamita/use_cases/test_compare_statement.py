from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import Receipt
from lipamita.domain.ledger import opposite, totals_of
from lipamita.domain.payment_entries import received
from lipamita.domain.refund_entries import fee
from lipamita.domain.statement import Difference, Statement, StatementLine
from lipamita.domain.units import DAY_MS, Cents, Kes, Millis
from lipamita.use_cases.compare_statement import compare_statement

from tests.fakes.estate import START_MS, Estate


@pytest.fixture
def estate() -> Estate:
    return Estate(now_ms=Millis(START_MS + DAY_MS))


def line(
    number: int, amount_kes: int, at_ms: int = START_MS, reason: str = "Pay Bill"
) -> StatementLine:
    return StatementLine(
        receipt=Receipt(f"UKL1AAAA{number:02d}"),
        at_ms=Millis(at_ms),
        amount_cents=amount_kes * 100,
        reason=reason,
    )


def book(estate: Estate, number: int, amount_kes: int, at_ms: int = START_MS) -> None:
    entry = received(Receipt(f"UKL1AAAA{number:02d}"), Kes(amount_kes), at_ms=Millis(at_ms))
    estate.record.write([entry], (), now_ms=estate.now_ms)


def statement(*lines: StatementLine) -> Statement:
    return Statement(lines=lines, bad_rows=())


def test_receipts_that_agree_are_matched(estate: Estate) -> None:
    book(estate, 1, 100)
    book(estate, 2, 200)
    told = compare_statement(statement(line(1, 100), line(2, 200)), estate.world)
    assert (told.matched, told.differences) == (2, ())


def test_money_that_the_books_do_not_know_is_missing_here(estate: Estate) -> None:
    told = compare_statement(statement(line(1, 100)), estate.world)
    assert [(one.kind, one.there_cents) for one in told.differences] == [
        (Difference.MISSING_HERE, 10_000)
    ]


def test_money_that_the_statement_does_not_know_is_missing_there(estate: Estate) -> None:
    book(estate, 1, 100)
    book(estate, 2, 200, START_MS + 1_000)
    book(estate, 3, 300, START_MS + 2_000)
    told = compare_statement(statement(line(1, 100), line(3, 300, START_MS + 2_000)), estate.world)
    assert [(one.kind, one.receipt) for one in told.differences] == [
        (Difference.MISSING_THERE, "UKL1AAAA02")
    ]


@pytest.mark.parametrize("taken_back_after_days", [0, 1, 5, 40])
def test_money_that_was_taken_back_from_the_books_is_not_missing_there(
    estate: Estate, taken_back_after_days: int
) -> None:
    book(estate, 1, 100)
    book(estate, 3, 300, START_MS + 2_000)
    entry = received(Receipt("UKL1AAAA02"), Kes(200), at_ms=Millis(START_MS + 1_000))
    at_ms = Millis(START_MS + 1_000 + taken_back_after_days * DAY_MS)
    estate.record.write([entry], (), now_ms=entry.at_ms)
    estate.record.write([opposite(entry, at_ms=at_ms)], (), now_ms=at_ms)
    both = statement(line(1, 100), line(3, 300, START_MS + 2_000))
    told = compare_statement(both, estate.world)
    assert (told.matched, told.differences) == (2, ())


def test_money_that_was_taken_back_within_the_statement_is_not_missing_there(
    estate: Estate,
) -> None:
    entry = received(Receipt("UKL1AAAA02"), Kes(200), at_ms=Millis(START_MS - 9 * DAY_MS))
    estate.record.write([entry], (), now_ms=entry.at_ms)
    at_ms = Millis(START_MS + 1_000)
    estate.record.write([opposite(entry, at_ms=at_ms)], (), now_ms=at_ms)
    book(estate, 1, 100)
    book(estate, 3, 300, START_MS + 2_000)
    both = statement(line(1, 100), line(3, 300, START_MS + 2_000))
    assert compare_statement(both, estate.world).differences == ()


def test_a_charge_that_was_taken_back_is_not_missing_in_a_pull(estate: Estate) -> None:
    entry = fee(Receipt("UKL1AAAA02"), Cents(350), at_ms=Millis(START_MS + 1_000))
    estate.record.write([entry], (), now_ms=entry.at_ms)
    estate.record.write([opposite(entry, at_ms=entry.at_ms)], (), now_ms=entry.at_ms)
    book(estate, 1, 100)
    book(estate, 3, 300, START_MS + 2_000)
    both = statement(line(1, 100), line(3, 300, START_MS + 2_000))
    told = compare_statement(replace(both, incoming_only=True), estate.world)
    assert told.differences == ()


def test_money_that_was_taken_back_and_that_the_statement_tells_still_differs(
    estate: Estate,
) -> None:
    entry = received(Receipt("UKL1AAAA01"), Kes(100), at_ms=Millis(START_MS))
    estate.record.write([entry], (), now_ms=entry.at_ms)
    estate.record.write([opposite(entry, at_ms=entry.at_ms)], (), now_ms=entry.at_ms)
    [one] = compare_statement(statement(line(1, 100)), estate.world).differences
    assert (one.kind, one.here_cents) == (Difference.AMOUNT_DIFFERS, 0)


def test_money_outside_the_time_of_the_statement_is_not_missing_there(estate: Estate) -> None:
    book(estate, 1, 100)
    book(estate, 2, 200, START_MS - 60_000)
    assert compare_statement(statement(line(1, 100)), estate.world).differences == ()


def test_another_amount_is_told_with_both(estate: Estate) -> None:
    book(estate, 1, 100)
    [one] = compare_statement(statement(line(1, 99)), estate.world).differences
    assert (one.kind, one.there_cents, one.here_cents) == (
        Difference.AMOUNT_DIFFERS,
        9_900,
        10_000,
    )


def test_money_that_was_heard_of_days_later_is_still_found(estate: Estate) -> None:
    book(estate, 1, 100, START_MS + 5 * DAY_MS)
    assert compare_statement(statement(line(1, 100)), estate.world).differences == ()


def test_charges_and_settlements_are_put_on_the_books_once(estate: Estate) -> None:
    book(estate, 1, 100)
    told = statement(
        line(1, 100),
        line(1, -1, reason="Pay Bill Charge"),
        line(2, -50, reason="Organization Settle to Bank"),
    )
    for _ in range(2):
        assert compare_statement(told, estate.world).differences == ()
    assert totals_of(estate.record.entries.values()).cents == {
        "fees": 100,
        "paybill_float": 4_900,
        "payouts": 5_000,
        "suspense": -10_000,
    }


def test_the_same_statement_again_replaces_its_comparison(estate: Estate) -> None:
    told = statement(line(1, 100))
    compare_statement(told, estate.world)
    book(estate, 1, 100)
    compare_statement(told, estate.world)
    [kept] = estate.record.comparisons(limit=9)
    assert (kept.statement_id, kept.matched) == (told.statement_id, 1)


def test_a_statement_without_lines_is_refused(estate: Estate) -> None:
    with pytest.raises(InvalidInputError):
        compare_statement(statement(), estate.world)
