"""Any sequence of sales and closings: the register holds exactly what was sold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lipamita.adapters.meter_schema import register_from_json, register_to_json
from lipamita.domain.ids import TransactionId
from lipamita.domain.recharge import (
    KEEP_CLOSED_ENTRY_MS,
    MeterRegister,
    close,
    empty_register,
    sell,
)
from lipamita.domain.units import Millis

from tests.unit.lipamita.adapters.through_rtdb import through_rtdb
from tests.unit.lipamita.domain.samples import METER, NOW, a_quote

sales = st.tuples(
    st.sampled_from(["sell", "close"]),
    st.sampled_from([f"t{number}" for number in range(6)]),
    st.integers(0, KEEP_CLOSED_ENTRY_MS // 8),
)


def energy_of(transaction_id: str) -> int:
    return 1_000 + int(transaction_id[1:])


def run(acts: list[tuple[str, str, int]]) -> tuple[MeterRegister, list[str]]:
    """The register, and the transactions ever sold in their order, kept by the test."""
    register, ledger, now_ms = empty_register("2026-11"), list[str](), int(NOW)
    for act, name, after_ms in acts:
        now_ms += after_ms
        transaction_id, at = TransactionId(name), Millis(now_ms)
        if act == "close":
            register = close(register, transaction_id, now_ms=at)
            continue
        if name not in ledger:
            ledger.append(name)
        elif transaction_id not in register.entries:
            continue  # closed and cleared away: a day later nobody sells it again
        quote = a_quote(energy_wh=energy_of(name), remainder_cents=1)
        register = sell(register, transaction_id, quote, now_ms=at, month="2026-11")
    return register, ledger


@given(st.lists(sales, max_size=40))
def test_the_sold_total_is_the_sum_of_all_that_was_ever_sold(
    acts: list[tuple[str, str, int]],
) -> None:
    register, ledger = run(acts)
    assert register.credited_total_wh == sum(energy_of(name) for name in ledger)
    assert register.month_wh == register.credited_total_wh
    assert register.remainder_cents == len(ledger)


@given(st.lists(sales, max_size=40))
def test_sequence_numbers_count_the_sales(acts: list[tuple[str, str, int]]) -> None:
    register, ledger = run(acts)
    assert register.sequence == len(ledger)
    assert {name: ledger.index(name) + 1 for name in register.entries} == {
        name: entry.sequence for name, entry in register.entries.items()
    }


@given(st.lists(sales, max_size=40))
def test_an_entrys_total_is_the_sum_up_to_it(acts: list[tuple[str, str, int]]) -> None:
    register, ledger = run(acts)
    for entry in register.entries.values():
        sold = ledger[: entry.sequence]
        assert entry.credited_total_wh == sum(energy_of(name) for name in sold)


@given(st.lists(sales, max_size=40))
def test_no_open_entry_is_ever_missing(acts: list[tuple[str, str, int]]) -> None:
    register, ledger = run(acts)
    closed = {name for act, name, _ in acts if act == "close"}
    assert set(ledger) - closed <= set(register.entries)


@given(st.lists(sales, max_size=40))
def test_a_register_survives_the_database(acts: list[tuple[str, str, int]]) -> None:
    register, _ = run(acts)
    assert register_from_json(METER, through_rtdb(register_to_json(register))) == register
