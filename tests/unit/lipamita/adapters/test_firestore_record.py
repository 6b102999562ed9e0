from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from lipamita.adapters import firestore_record
from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.domain.adjustment import adjusted
from lipamita.domain.closing import close_day
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import Receipt, TransactionId, Uid
from lipamita.domain.ledger import NO_TOTALS, Entry, totals_of
from lipamita.domain.payment import Delivery, DeliveryStatus, Payment, Status
from lipamita.domain.payment_entries import entries_of_payment, received
from lipamita.domain.statement import (
    Comparison,
    Difference,
    StatementLine,
    by_receipt,
    compare,
)
from lipamita.domain.units import DAY_MS, Kes, Millis
from lipamita.use_cases.close_days import close_days
from lipamita.use_cases.read_books import verify_books
from lipamita.use_cases.record_ports import PaymentsBy, Record

from tests.fakes.estate import Estate
from tests.unit.lipamita.domain.samples import NOW, RECEIPT, TRANSACTION, a_payment

TODAY = "2026-11-21"
DELIVERED = a_payment(
    Status.PAID,
    mpesa_receipt=RECEIPT,
    paid_at_ms=NOW,
    delivery=Delivery(status=DeliveryStatus.DELIVERED, delivered_at_ms=NOW),
)
ENTRIES = entries_of_payment(DELIVERED)


@pytest.fixture
def record(project: str) -> Record:
    return FirestoreRecord(project)


def numbered(number: int, **more: Any) -> Payment:
    return replace(
        DELIVERED, transaction_id=TransactionId(f"{TRANSACTION[:-3]}{number:03d}"), **more
    )


def receipt(number: int, at_ms: int = NOW) -> Entry:
    return received(Receipt(f"UKL0DEMO{number:02d}"), Kes(100), at_ms=Millis(at_ms))


def test_a_payment_and_its_entries_come_back_as_they_were(record: Record) -> None:
    assert record.write(ENTRIES, [DELIVERED], now_ms=NOW) == {}
    assert record.read_payment(TRANSACTION) == DELIVERED
    assert [record.read_entry(entry.entry_id) for entry in ENTRIES] == list(ENTRIES)


def test_writing_again_tells_what_stood_and_adds_nothing(record: Record) -> None:
    record.write(ENTRIES, [DELIVERED], now_ms=NOW)
    standing = record.write(ENTRIES, [DELIVERED], now_ms=Millis(NOW + 1))
    assert standing == {entry.entry_id: entry for entry in ENTRIES}
    assert record.totals_of(TODAY) == totals_of(ENTRIES)


def test_only_what_is_missing_is_added(record: Record) -> None:
    record.write(ENTRIES[:1], (), now_ms=NOW)
    record.write(ENTRIES, (), now_ms=NOW)
    assert record.totals_of(TODAY) == totals_of(ENTRIES)


@pytest.mark.parametrize("with_both", [ENTRIES, ENTRIES[::-1]], ids=["money first", "energy first"])
def test_entries_without_energy_or_without_money_leave_the_others_totals(
    record: Record, with_both: tuple[Entry, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firestore_record, "SHARDS", 1)
    no_cents = adjusted(numbered(1).transaction_id, 500, at_ms=NOW)
    entries = [*with_both, no_cents, receipt(2)]
    for entry in entries:
        record.write([entry], (), now_ms=NOW)
    assert record.totals_of(TODAY) == totals_of(entries)


def test_a_payment_that_goes_on_is_put_over_what_stands(record: Record) -> None:
    record.write((), [replace(DELIVERED, status=Status.FAILED)], now_ms=NOW)
    record.write((), [DELIVERED], now_ms=NOW)
    assert record.read_payment(TRANSACTION) == DELIVERED


def test_nothing_is_found_where_nothing_is(record: Record) -> None:
    assert record.read_payment(TRANSACTION) is None
    assert record.read_entry("nothing") is None
    assert record.read_closing(TODAY) is None
    assert (record.closed_through(), record.first_day()) == (None, None)
    assert record.totals_of(TODAY) == NO_TOTALS


def test_a_late_entry_goes_to_the_first_open_day(record: Record) -> None:
    record.close_through(TODAY)
    record.write([receipt(1)], (), now_ms=NOW)
    assert record.totals_of(TODAY) == NO_TOTALS
    assert record.totals_of("2026-11-22").entries == 1


def test_an_entry_of_today_goes_to_today_while_yesterday_is_closed(record: Record) -> None:
    record.close_through("2026-11-20")
    record.write([receipt(1)], (), now_ms=NOW)
    assert record.totals_of(TODAY).entries == 1


def test_a_closed_day_is_never_opened_again(record: Record) -> None:
    record.close_through(TODAY)
    record.close_through("2026-11-19")
    assert record.closed_through() == TODAY


def test_a_days_entries_come_in_pages_by_id(record: Record) -> None:
    entries = [receipt(number) for number in (3, 1, 2)]
    record.write([*entries, receipt(4, NOW + DAY_MS)], (), now_ms=NOW)
    first = record.entries_of(TODAY, after=None, limit=2)
    second = record.entries_of(TODAY, after=first[-1].entry_id, limit=2)
    assert [entry.entry_id for entry in [*first, *second]] == [
        "UKL0DEMO01_received",
        "UKL0DEMO02_received",
        "UKL0DEMO03_received",
    ]
    assert record.first_day() == TODAY


def test_a_history_comes_in_pages_newest_first(record: Record) -> None:
    theirs = numbered(9, user_id=Uid("tenant-brian"))
    record.write((), [*(numbered(number) for number in range(5)), theirs], now_ms=NOW)
    user = DELIVERED.user_id
    first = record.payments_of(PaymentsBy.USER, user, before=None, limit=3)
    second = record.payments_of(PaymentsBy.USER, user, before=first[-1].transaction_id, limit=3)
    assert [*first, *second] == [numbered(number) for number in (4, 3, 2, 1, 0)]
    of_meter = record.payments_of(PaymentsBy.METER, DELIVERED.account, before=None, limit=9)
    assert len(of_meter) == 6


def test_the_oldest_payments_are_forgotten_first(record: Record) -> None:
    record.write((), [numbered(number) for number in range(5)], now_ms=NOW)
    third = numbered(3).transaction_id
    assert record.forget_payments(third, limit=2) == 2
    assert record.forget_payments(third, limit=2) == 1
    assert record.forget_payments(third, limit=2) == 0
    left = record.payments_of(PaymentsBy.USER, DELIVERED.user_id, before=None, limit=9)
    assert list(left) == [numbered(4), numbered(3)]


def test_twenty_threads_that_write_the_same_entries_write_them_once(record: Record) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: record.write(ENTRIES, [DELIVERED], now_ms=NOW), range(20)))
    assert record.totals_of(TODAY) == totals_of(ENTRIES)


def test_a_closing_is_created_once(record: Record) -> None:
    closing = close_day(TODAY, None, totals=totals_of(ENTRIES), entries_hash="ab", now_ms=NOW)
    other = close_day(TODAY, None, totals=NO_TOTALS, entries_hash="cd", now_ms=NOW)
    assert record.create_closing(closing) == closing
    assert record.create_closing(other) == closing
    assert record.read_closing(TODAY) == closing
    assert record.closings(from_day="2026-11-01", to_day=TODAY, limit=9) == [closing]
    assert record.closings(from_day="2026-11-22", to_day="2026-11-30", limit=9) == []


def test_entries_are_found_by_their_receipt(record: Record) -> None:
    record.write([*ENTRIES, receipt(7)], (), now_ms=NOW)
    assert list(record.entries_of_receipt(RECEIPT)) == [ENTRIES[0]]


def test_comparisons_are_kept_by_id_and_listed_newest_first(record: Record) -> None:
    line = StatementLine(receipt=RECEIPT, at_ms=NOW, amount_cents=5, reason="Pay Bill")
    first = Comparison(
        statement_id="a" * 32,
        from_ms=NOW,
        to_ms=NOW,
        compared_at_ms=NOW,
        lines=1,
        bad_rows=0,
        matched=0,
        counts={Difference.MISSING_HERE: 1},
        differences=tuple(compare(by_receipt([line]), {})),
    )
    second = replace(first, statement_id="b" * 32, compared_at_ms=Millis(NOW + 1))
    for one in (first, second, first):
        record.put_comparison(one)
    assert record.comparisons(limit=9) == [second, first]


def test_an_entry_that_was_tampered_with_cannot_be_read(record: Record, client: Any) -> None:
    record.write(ENTRIES, (), now_ms=NOW)
    client.document(f"ledger/{ENTRIES[0].entry_id}").update({"cents.paybill_float": 1})
    with pytest.raises(UnreadableError, match="sum to"):
        record.read_entry(ENTRIES[0].entry_id)


@pytest.mark.parametrize("field", ["cents", "at", "mpesa_receipt"])
def test_a_closed_day_shows_that_somebody_changed_one_of_its_entries(
    record: Record, client: Any, field: str
) -> None:
    estate = Estate(now_ms=Millis(NOW + 2 * DAY_MS))
    world = replace(estate.world, record=record)
    record.write(ENTRIES, (), now_ms=NOW)
    assert next(closing.day for closing in close_days(world)) == TODAY
    assert verify_books(world, recount=True) == []
    forged = {
        "cents": {"paybill_float": 100, "suspense": -100},  # which balances
        "at": NOW + 1,
        "mpesa_receipt": "UKL9FORGED",
    }
    client.document(f"ledger/{RECEIPT}_received").update({field: forged[field]})
    assert f"{TODAY}: its entries are not those that were closed" in verify_books(
        world, recount=True
    )


def test_more_than_one_commit_takes_is_refused(record: Record) -> None:
    with pytest.raises(ValueError, match="500"):
        record.write([receipt(number) for number in range(10, 99)] * 3, (), now_ms=NOW)
