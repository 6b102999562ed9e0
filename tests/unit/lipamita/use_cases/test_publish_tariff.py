"""New prices begin when they were told to, and never reach back to a quote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.errors import ConflictError, ForbiddenError, InvalidInputError
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.tariff_terms import MAX_VERSIONS_WAITING, TariffTerms, parse_terms
from lipamita.domain.units import DAY_MS, Millis
from lipamita.use_cases.publish_tariff import publish_tariff
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.settle_payment import settle_payment

from tests.fakes.estate import START_MS, Estate, ask, success

HOPE = Caller(uid=Uid("admin-hope"), role=Role.ADMIN)
GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
TOMORROW = Millis(START_MS + DAY_MS)


def terms(price: int = 5_000, tariff_id: str = "flat") -> TariffTerms:
    body = {"tariff_id": tariff_id, "name": "Flat", "blocks": [{"price_cents_per_kwh": price}]}
    return parse_terms(body)[0]


def quoted_wh(estate: Estate, key: str) -> int:
    return request_payment(ask(key=key), estate.world).quote.energy_wh


def test_a_new_price_counts_from_its_time_on() -> None:
    estate = Estate()
    publish_tariff(terms(), TOMORROW, HOPE, estate.world)
    before = quoted_wh(estate, "one")
    estate.wait(DAY_MS)
    assert (before, quoted_wh(estate, "two")) == (20_000, 10_000)


def test_a_quote_keeps_its_price_whatever_begins_before_it_is_paid() -> None:
    estate = Estate()
    payment = request_payment(ask(), estate.world)
    publish_tariff(terms(), Millis(START_MS + 1), HOPE, estate.world)
    estate.wait(60_000)
    estate.tell(payment, success(payment))
    assert settle_payment(payment.transaction_id, estate.world).delivery.energy_wh == 20_000


def test_of_several_versions_the_last_that_has_begun_counts() -> None:
    estate = Estate()
    publish_tariff(terms(10_000), Millis(TOMORROW + DAY_MS), HOPE, estate.world)
    publish_tariff(terms(5_000), TOMORROW, HOPE, estate.world)
    flat = estate.store.tariffs["flat"]
    prices = [
        flat.in_force(Millis(at)).blocks[0].price_cents_per_kwh
        for at in (START_MS, TOMORROW, TOMORROW + DAY_MS)
    ]
    assert prices == [2_500, 5_000, 10_000]


def test_a_version_that_has_not_begun_can_be_put_right() -> None:
    estate = Estate()
    publish_tariff(terms(1), TOMORROW, HOPE, estate.world)
    publish_tariff(terms(5_000), TOMORROW, HOPE, estate.world)
    assert [one.blocks[0].price_cents_per_kwh for one in estate.store.tariffs["flat"].later] == [
        5_000
    ]


def test_a_new_tariff_counts_at_once() -> None:
    estate = Estate()
    assert publish_tariff(terms(tariff_id="night"), None, HOPE, estate.world) == START_MS
    assert "night" in estate.store.tariffs


@pytest.mark.parametrize("valid_from", [None, 0, START_MS])
def test_prices_do_not_change_now_or_in_the_past(valid_from: int | None) -> None:
    estate = Estate()
    before = estate.store.tariffs["flat"]
    since = None if valid_from is None else Millis(valid_from)
    with pytest.raises(InvalidInputError) as refused:
        publish_tariff(terms(), since, HOPE, estate.world)
    assert refused.value.field == "valid_from_ms"
    assert estate.store.tariffs["flat"] == before


def test_only_so_many_versions_wait() -> None:
    estate = Estate()
    for number in range(MAX_VERSIONS_WAITING):
        publish_tariff(terms(), Millis(TOMORROW + number), HOPE, estate.world)
    with pytest.raises(ConflictError):
        publish_tariff(terms(), Millis(TOMORROW + 99), HOPE, estate.world)


def test_operators_do_not_set_prices() -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError):
        publish_tariff(terms(), TOMORROW, GRACE, estate.world)
    assert replace(estate.store.tariffs["flat"]).later == ()
