"""Any payment through the database and back is the same payment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lipamita.adapters.payment_schema import payment_from_json, payment_to_json
from lipamita.domain.ids import Receipt, Uid
from lipamita.domain.payment import Cause, Delivery, DeliveryStatus, Payment, Status, Step
from lipamita.domain.place import OrderedPlace, PlaceKind
from lipamita.domain.tariff import LineKind, Quote, QuoteLine
from lipamita.domain.units import Cents, Kes, Millis, Wh

from tests.unit.lipamita.adapters.through_rtdb import through_rtdb
from tests.unit.lipamita.domain.samples import TRANSACTION, a_payment

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
times = st.integers(0, 2**45).map(Millis)
energy = st.integers(0, 10**12).map(Wh)
balances = st.integers(-(10**9), 10**12)
evidence_ids = st.text("0123456789abcdef", min_size=32, max_size=32)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


lines = st.builds(
    QuoteLine,
    kind=st.sampled_from(LineKind),
    label=words,
    amount_cents=st.integers(0, 10**8).map(Cents),
    energy_wh=energy,
)
quotes = st.builds(
    Quote,
    tariff_id=words,
    amount_kes=st.integers(1, 250_000).map(Kes),
    energy_wh=energy,
    month=st.just("2026-11"),
    month_wh_before=energy,
    lines=st.lists(lines, max_size=36).map(tuple),
    charge_cents=st.integers(0, 10**8).map(Cents),
    monthly_charge_cents=st.integers(0, 10**8).map(Cents),
)
deliveries = st.builds(
    Delivery,
    kind=st.just("esp32"),
    status=st.sampled_from(DeliveryStatus),
    energy_wh=maybe(energy),
    sequence=maybe(st.integers(1, 10**6)),
    credited_total_wh=maybe(energy),
    queued_at_ms=maybe(times),
    delivered_at_ms=maybe(times),
    balance_before_wh=maybe(balances),
    balance_after_wh=maybe(balances),
)
steps = st.builds(
    Step,
    at_ms=times,
    from_status=st.sampled_from(Status),
    to_status=st.sampled_from(Status),
    cause=st.sampled_from(Cause),
    source=st.just("") | words,
)
payments = st.fixed_dictionaries(
    {
        "status": st.sampled_from(Status),
        "user_id": words.map(Uid),
        "amount_kes": st.integers(1, 250_000).map(Kes),
        "quote": quotes,
        "delivery": deliveries,
        "history": st.lists(steps, max_size=64).map(tuple),
        "reason": maybe(words),
        "description": maybe(words),
        "customer_message": maybe(words),
        "mpesa_receipt": maybe(st.sampled_from([Receipt("UKL0DEMO01")])),
        "result_code": maybe(words),
        "result_desc": maybe(words),
        "paid_at_ms": maybe(times),
        "paid_unverified_at_ms": maybe(times),
        "queried_at_ms": maybe(times),
        "next_check_at_ms": maybe(times),
        "check_count": st.integers(0, 10**6),
        "evidence_seen": st.frozensets(evidence_ids, max_size=5),
        "latest_evidence_id": maybe(evidence_ids),
    }
).map(lambda facts: a_payment(**facts))


@given(payments)
def test_any_payment_comes_back_as_it_was(payment: Payment) -> None:
    assert payment_from_json(TRANSACTION, through_rtdb(payment_to_json(payment))) == payment


places = st.builds(
    OrderedPlace,
    order_id=words,
    place_id=words,
    name=words,
    kind=st.sampled_from(PlaceKind),
    starts_at_ms=times,
    ends_at_ms=times,
    site=maybe(words),
)


@given(payment=payments, place=places)
def test_a_payment_for_a_place_comes_back_as_it_was(payment: Payment, place: OrderedPlace) -> None:
    payment = replace(payment, meter_id=None, order=place, product=place.kind.value)
    stored = through_rtdb(payment_to_json(payment))
    assert payment_from_json(payment.transaction_id, stored) == payment
