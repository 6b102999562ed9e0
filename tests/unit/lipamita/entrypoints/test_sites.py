"""Sites with accounts of their own are read from one secret; a half-made one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lipamita.domain.errors import ConfigurationError
from lipamita.domain.merchants import MAIN_SENDER
from lipamita.entrypoints.sites import merchants_of, read_sites

MAIN = frozenset({"600000"})
PAYBILL = {"short_code": "600111", "passkey": "p" * 10}
TILL = {
    "short_code": "5123456",
    "passkey": "q" * 10,
    "transaction_type": "CustomerBuyGoodsOnline",
    "party_b": "5543210",
    "consumer_key": "k" * 20,
    "consumer_secret": "s" * 20,
}


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Any:
    def given(node: object) -> None:
        text = node if isinstance(node, str) else json.dumps(node)
        monkeypatch.setenv("SITE_CREDENTIALS", text)

    return given


def test_without_the_secret_or_with_an_empty_one_there_is_one_merchant(
    monkeypatch: pytest.MonkeyPatch, give: Any
) -> None:
    monkeypatch.delenv("SITE_CREDENTIALS", raising=False)
    assert read_sites(MAIN) == ()
    give("{}")
    assert read_sites(MAIN) == ()


def test_a_paybill_and_a_till_are_read(give: Any) -> None:
    give({"Kilimani Court": PAYBILL, "Ngong Rd": TILL})
    merchants = merchants_of(read_sites(MAIN), MAIN)
    assert merchants.of_site("Kilimani Court") == "600111"
    assert merchants.of_site("Ngong Rd") == merchants.of_code("5543210") == "5123456"
    assert merchants.of_site("Elsewhere") is merchants.of_site(None) is None
    assert merchants.of_code("600000") is None
    assert merchants.codes == {"600111", "5123456", "5543210"}
    assert all(merchants.is_ours(code) for code in ("600111", "5543210", *MAIN))
    assert not any(merchants.is_ours(code) for code in ("600999", "", None))
    assert merchants.sender("600111") == merchants.sender(None) == MAIN_SENDER
    assert merchants.sender("5123456") not in (MAIN_SENDER, TILL["consumer_key"])


def test_a_site_is_asked_by_pull_only_where_it_says_so(give: Any) -> None:
    give({"A": PAYBILL, "B": {**TILL, "pull": True}})
    assert merchants_of(read_sites(MAIN), MAIN).pulled == (None, "5123456")


def test_keys_are_not_shown(give: Any) -> None:
    give({"Ngong Rd": TILL})
    shown = repr(read_sites(MAIN))
    assert not [value for value in (TILL["passkey"], TILL["consumer_secret"]) if value in shown]


WRONG: dict[str, object] = {
    "no JSON": "{",
    "no object": [],
    "a site that is no object": {"A": 5},
    "a field nobody knows": {"A": {**PAYBILL, "name": "x"}},
    "a number for a short code": {"A": {**PAYBILL, "short_code": 600111}},
    "a long short code": {"A": {**PAYBILL, "short_code": "60011100"}},
    "no passkey": {"A": {"short_code": "600111"}},
    "a type nobody knows": {"A": {**PAYBILL, "transaction_type": "PayBill"}},
    "a till without its number": {"A": {**TILL, "party_b": ""}},
    "a PayBill with a till": {"A": {**PAYBILL, "party_b": "5543210"}},
    "a key without its secret": {"A": {**PAYBILL, "consumer_key": "k"}},
    "pull as a text": {"A": {**PAYBILL, "pull": "yes"}},
    "the main short code": {"A": {**PAYBILL, "short_code": "600000"}},
    "one short code twice": {"A": PAYBILL, "B": PAYBILL},
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_refused_without_showing_it(give: Any, what: str) -> None:
    give(WRONG[what])
    with pytest.raises(ConfigurationError) as refused:
        read_sites(MAIN)
    assert refused.value.field == "SITE_CREDENTIALS"
    assert "p" * 10 not in refused.value.message
