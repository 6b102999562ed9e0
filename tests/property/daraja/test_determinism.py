"""The same seed and acts give the same world; time may pass in any steps."""

import json
import re
from dataclasses import asdict
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.daraja.checked import NotFoundError
from emulators.daraja.ids import Ids
from emulators.daraja.nairobi import dashed, eat, parse_dashed, parse_stamp, stamp
from emulators.daraja.payer import cancel, enter_pin
from emulators.daraja.timeline import Timeline
from emulators.daraja.wire import Numeral, json_text
from tests.unit.emulators.daraja.shop import START_MS, open_shop

PHONES = st.sampled_from(["254700000001", "254700000002"])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), PHONES),
        st.tuples(st.just("pay"), PHONES),
        st.tuples(st.just("cancel"), PHONES),
        st.tuples(st.just("wait"), st.integers(0, 50_000)),
    ),
    max_size=15,
)
QUICK = settings(max_examples=50, deadline=None)
MOMENTS = st.integers(min_value=1_500_000_000_000, max_value=2_500_000_000_000)


def play(seed: int, acts: list[tuple[str, Any]]) -> list[object]:
    """Everything the outside can see of a run."""
    shop = open_shop(seed)
    for act, what in acts:
        try:
            if act == "push":
                shop.push(PhoneNumber=what, PartyA=what)
            elif act == "pay":
                enter_pin(shop.world, what, "1234")
            elif act == "cancel":
                cancel(shop.world, what)
            else:
                shop.advance(what)
        except NotFoundError:
            continue
    sent = [asdict(delivery) for delivery in shop.sent()]
    rows = [row.to_json() for row in shop.world.book.rows()]
    keys = asdict(shop.world.identity)
    return [keys, sent, rows, shop.world.journal.events(0, None, None)]


@given(seed=st.integers(0, 1_000), acts=ACTS)
@QUICK
def test_a_seed_decides_everything(seed: int, acts: list[tuple[str, Any]]) -> None:
    assert play(seed, acts) == play(seed, acts)


@given(seeds=st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)).filter(lambda s: s[0] != s[1]))
@QUICK
def test_other_seeds_give_other_keys_and_ids(seeds: tuple[int, int]) -> None:
    one, other = (open_shop(seed) for seed in seeds)
    assert one.paybill.passkey != other.paybill.passkey
    assert one.push().body["MerchantRequestID"] != other.push().body["MerchantRequestID"]


@given(
    due=st.lists(st.integers(0, 1_000), max_size=20),
    steps=st.lists(st.integers(0, 300), max_size=20),
)
@QUICK
def test_time_in_steps_is_time_at_once(due: list[int], steps: list[int]) -> None:
    def run(stops: list[int]) -> list[tuple[int, int]]:
        timeline = Timeline(0)
        ran: list[tuple[int, int]] = []
        for index, at_ms in enumerate(due):
            timeline.at(at_ms, lambda index=index: ran.append((index, timeline.now_ms)))  # type: ignore[misc]
        for stop in stops:
            timeline.advance_to(stop)
        return ran

    stops = [sum(steps[: index + 1]) for index in range(len(steps))]
    expected = sorted(range(len(due)), key=lambda index: (due[index], index))
    assert run([*stops, 10_000]) == [(index, due[index]) for index in expected]


@given(at_ms=MOMENTS, msisdn=st.from_regex(r"254[17][0-9]{8}", fullmatch=True), seed=st.integers())
@QUICK
def test_ids_have_the_shapes_seen_on_the_wire(at_ms: int, msisdn: str, seed: int) -> None:
    ids = Ids(Random(seed))
    moment = eat(at_ms)
    checkout = ids.checkout_request(at_ms, msisdn)
    date = moment.strftime("%d%m%Y%H%M%S")
    assert re.fullmatch(rf"ws_CO_{date}\d{{1,3}}{msisdn[-9:]}", checkout)
    receipt = ids.receipt(at_ms)
    assert re.fullmatch(r"[A-Z][A-L][1-9A-V][A-Z0-9]{7}", receipt)
    assert ord(receipt[1]) - ord("A") + 1 == moment.month
    assert re.fullmatch(r"AG_\d{8}_[0-9a-f]{20}", ids.conversation(at_ms))
    assert re.fullmatch(r"[A-Za-z0-9]{28}", ids.access_token())


@given(msisdn=st.from_regex(r"254[17][0-9]{8}", fullmatch=True), count=st.integers(2, 60))
@QUICK
def test_pushes_to_one_phone_in_one_millisecond_differ(msisdn: str, count: int) -> None:
    ids = Ids(Random(1))
    made = [ids.checkout_request(START_MS, msisdn) for _ in range(count)]
    assert len(set(made)) == count


def test_the_year_letters_are_those_of_dated_receipts() -> None:
    years = {2017: "L", 2018: "M", 2019: "N", 2021: "P", 2023: "R", 2024: "S", 2026: "U"}
    for year, letter in years.items():
        at_ms = parse_stamp(f"{year}0115120000")
        assert at_ms is not None
        assert Ids(Random(1)).receipt(at_ms).startswith(f"{letter}AF")


@given(at_ms=MOMENTS)
@QUICK
def test_nairobi_moments_are_read_back(at_ms: int) -> None:
    second = at_ms - at_ms % 1000
    assert parse_stamp(stamp(at_ms)) == second
    assert parse_dashed(dashed(at_ms)) == second
    assert eat(at_ms).utcoffset() is not None
    assert int(stamp(at_ms)[8:10]) == (second // 3_600_000 + 3) % 24


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(value=JSON, kes=st.integers(0, 10**9))
@QUICK
def test_json_text_is_json_and_keeps_numerals(value: object, kes: int) -> None:
    text = json_text({"value": value, "amount": Numeral(text=f"{kes}.00")})
    assert json.loads(text)["value"] == value
    assert text.endswith(f'"amount":{kes}.00}}')
