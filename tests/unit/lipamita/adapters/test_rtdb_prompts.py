"""Daraja's ids of a prompt in the database: written once, owned once, apart from the payment."""

from __future__ import annotations

import pytest
from lipamita.adapters.rtdb_store import RtdbStore
from lipamita.domain.prompt import Prompt

from tests.unit.lipamita.adapters.live_rtdb import LiveDatabase
from tests.unit.lipamita.domain.samples import CHECKOUT, OTHER_TRANSACTION, PROMPT, TRANSACTION

ODD_ID = "ws/CO.1#$[]"  # a callback may name anything


@pytest.fixture
def store(database: LiveDatabase) -> RtdbStore:
    return RtdbStore(database.app)


def test_the_prompt_of_a_push_is_recorded_once(store: RtdbStore) -> None:
    store.record_prompt(TRANSACTION, PROMPT)
    store.record_prompt(TRANSACTION, Prompt(merchant_request_id="x", checkout_request_id="y"))
    assert store.read_prompt(TRANSACTION) == PROMPT


def test_a_push_that_was_not_answered_has_no_prompt(store: RtdbStore) -> None:
    assert store.read_prompt(TRANSACTION) is None


def test_the_first_to_claim_a_checkout_request_owns_it(store: RtdbStore) -> None:
    for checkout_request_id in (CHECKOUT, ODD_ID):
        assert store.checkout_request_owner(checkout_request_id) is None
        assert store.claim_checkout_request(checkout_request_id, TRANSACTION) == TRANSACTION
        assert store.claim_checkout_request(checkout_request_id, OTHER_TRANSACTION) == TRANSACTION
        assert store.checkout_request_owner(checkout_request_id) == TRANSACTION


def test_the_key_of_a_checkout_request_does_not_show_the_payers_number(
    store: RtdbStore, database: LiveDatabase
) -> None:
    store.claim_checkout_request(CHECKOUT, TRANSACTION)
    assert CHECKOUT[-9:] not in str(database.read("checkout_requests"))
