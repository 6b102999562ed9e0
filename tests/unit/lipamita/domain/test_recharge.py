"""The sold totals of a meter, and the recharge that proves who wrote it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest
from lipamita.domain.ids import MeterId, TransactionId
from lipamita.domain.recharge import (
    KEEP_CLOSED_ENTRY_MS,
    MeterRegister,
    SoldEntry,
    close,
    device_key,
    empty_register,
    make_recharge,
    sell,
)
from lipamita.domain.units import Kes, Millis, Wh

from tests.unit.lipamita.domain.samples import METER, NOW, OTHER_TRANSACTION, TRANSACTION, a_quote

MONTH = "2026-11"
EMPTY = empty_register(MONTH)
MASTER = "master-secret-of-this-test"
ENTRY = SoldEntry(sequence=3, energy_wh=Wh(20_000), credited_total_wh=Wh(61_411), added_at_ms=NOW)


def sold(
    register: MeterRegister, transaction_id: str, *, at_ms: int = NOW, **more: int
) -> MeterRegister:
    return sell(
        register, TransactionId(transaction_id), a_quote(**more), now_ms=Millis(at_ms), month=MONTH
    )


def test_a_sale_raises_the_total_and_takes_the_next_sequence_number() -> None:
    register = sold(sold(EMPTY, "first"), "second", energy_wh=5)
    assert (register.credited_total_wh, register.sequence) == (20_005, 2)


def test_an_entry_carries_the_totals_it_led_to() -> None:
    register = sold(sold(EMPTY, "first"), "second", energy_wh=5)
    entry = register.entries[TransactionId("second")]
    assert (entry.sequence, entry.energy_wh, entry.credited_total_wh) == (2, 5, 20_005)


def test_selling_twice_is_selling_once() -> None:
    once = sold(EMPTY, TRANSACTION)
    assert sold(once, TRANSACTION, at_ms=NOW + 1, energy_wh=7) is once


def test_selling_a_closed_sale_again_changes_nothing() -> None:
    closed = close(sold(EMPTY, TRANSACTION), TRANSACTION, now_ms=NOW)
    assert sold(closed, TRANSACTION) is closed


def test_the_remainders_are_kept() -> None:
    register = sold(sold(EMPTY, "a", remainder_cents=3), "b", remainder_cents=4)
    assert register.remainder_cents == 7


def test_the_months_energy_counts_this_months_sales() -> None:
    assert sold(sold(EMPTY, "a"), "b").month_wh_in(MONTH) == 40_000


def test_a_new_month_begins_at_nothing() -> None:
    assert sold(EMPTY, "a").month_wh_in("2026-12") == 0


def test_the_first_sale_of_a_month_forgets_the_last_ones() -> None:
    register = sell(sold(EMPTY, "a"), OTHER_TRANSACTION, a_quote(), now_ms=NOW, month="2026-12")
    assert (register.month, register.month_wh, register.credited_total_wh) == (
        "2026-12",
        20_000,
        40_000,
    )


def test_a_sale_leaves_withdrawals_alone() -> None:
    assert sold(replace(EMPTY, withdrawn_total_wh=Wh(9)), "a").withdrawn_total_wh == 9


def test_closing_marks_the_entry_and_changes_no_total() -> None:
    register = sold(EMPTY, TRANSACTION)
    closed = close(register, TRANSACTION, now_ms=Millis(NOW + 5))
    expected = replace(register.entries[TRANSACTION], closed_at_ms=Millis(NOW + 5))
    assert closed == replace(register, entries={TRANSACTION: expected})


def test_closing_twice_keeps_the_first_time() -> None:
    closed = close(sold(EMPTY, TRANSACTION), TRANSACTION, now_ms=NOW)
    assert close(closed, TRANSACTION, now_ms=Millis(NOW + 5)) is closed


def test_closing_what_was_never_sold_changes_nothing() -> None:
    assert close(EMPTY, TRANSACTION, now_ms=NOW) is EMPTY


@pytest.mark.parametrize(
    ("age_ms", "kept"), [(KEEP_CLOSED_ENTRY_MS - 1, True), (KEEP_CLOSED_ENTRY_MS, False)]
)
def test_a_closed_entry_is_cleared_away_a_day_later(age_ms: int, kept: bool) -> None:
    closed = close(sold(EMPTY, "old"), TransactionId("old"), now_ms=NOW)
    register = sold(closed, "new", at_ms=NOW + age_ms)
    assert ("old" in register.entries) is kept


def test_an_open_entry_is_never_cleared_away() -> None:
    register = sold(sold(EMPTY, "old"), "new", at_ms=NOW + 400 * KEEP_CLOSED_ENTRY_MS)
    assert set(register.entries) == {"old", "new"}


def test_a_recharge_carries_its_entry() -> None:
    recharge = make_recharge(METER, TRANSACTION, ENTRY, amount_kes=Kes(500), master_secret=MASTER)
    assert (
        recharge.energy_wh,
        recharge.sequence,
        recharge.credited_total_wh,
        recharge.created_at_ms,
        recharge.amount_kes,
    ) == (20_000, 3, 61_411, NOW, 500)


def test_a_device_key_is_the_hmac_of_the_master_secret_and_the_meter() -> None:
    expected = hmac.new(MASTER.encode(), b"device-key|MTR-001", hashlib.sha256).digest()
    assert device_key(MASTER, METER) == expected


def test_the_mac_is_the_hmac_of_the_entrys_numbers_under_the_device_key() -> None:
    key = hmac.new(MASTER.encode(), b"device-key|MTR-001", hashlib.sha256).digest()
    said = b"MTR-001|-Of2aAbcdEFGHijkl012|3|61411|20000"
    recharge = make_recharge(METER, TRANSACTION, ENTRY, amount_kes=Kes(500), master_secret=MASTER)
    assert recharge.mac == hmac.new(key, said, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("meter_id", "transaction_id", "entry", "master"),
    [
        ("MTR-002", TRANSACTION, ENTRY, MASTER),
        (METER, OTHER_TRANSACTION, ENTRY, MASTER),
        (METER, TRANSACTION, replace(ENTRY, sequence=4), MASTER),
        (METER, TRANSACTION, replace(ENTRY, energy_wh=Wh(20_001)), MASTER),
        (METER, TRANSACTION, replace(ENTRY, credited_total_wh=Wh(61_412)), MASTER),
        (METER, TRANSACTION, ENTRY, "another master secret"),
    ],
)
def test_the_mac_changes_with_everything_it_covers(
    meter_id: str, transaction_id: TransactionId, entry: SoldEntry, master: str
) -> None:
    sealed = make_recharge(METER, TRANSACTION, ENTRY, amount_kes=Kes(1), master_secret=MASTER)
    other = make_recharge(
        MeterId(meter_id), transaction_id, entry, amount_kes=Kes(1), master_secret=master
    )
    assert other.mac != sealed.mac
