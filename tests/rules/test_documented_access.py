"""docs/data-model.md tells the truth: who reads each field, and that nobody else writes it."""

import pytest

from tests.rules.database import RulesDatabase, delete, get, put
from tests.rules.identities import (
    DEVICE,
    EVERYONE,
    FORGED_DEVICE,
    NEIGHBOUR,
    NO_ONE,
    NOBODY,
    OWNER,
    STAFF,
    only,
)
from tests.rules.world import COMMAND, RECEIPT, WAITING
from tools.access_matrix import DELETABLE
from tools.data_model import Field, read_fields

FIELDS = read_fields()

# A payment by Brian for Amina's meter, so that its payer and its owner are two people.
KEYS = {
    "uid": "tenant-amina",
    "meter_id": "MTR-001",
    "transaction_id": WAITING,
    "alert_id": "a2",
    "command_id": COMMAND,
    "receipt": RECEIPT,
    "confirmation_id": RECEIPT,
    "account_key": "MTR001",
    "day": "2025-06-15",
    "hour": "08",
    "tariff_id": "domestic",
    "n": "0",
    "line": "l1",
    "step": "h1",
    "kind": "callback_forged",
    "notice_id": "alarm-1",
    "evidence_id": "0123456789abcdef",
    "key_hash": "aa11",
    "token_id": "aa11",
    "phone_key": "aa11",
    "sender": "main",
    "shelf": "receipts",
    "slot": "q0",
    "checkout_hash": "aa11",
    "key": "tenant-amina",
    "order_id": "aa11",
    "site_id": "kilimani",
    "place_id": "court-1",
    "version": "v1",
    "subject": "review-aa11",
    "refund_id": "-Orefund000000000001",
}
CALLERS = {
    "nobody": NO_ONE,
    "user": only(OWNER),
    "owner": only(OWNER),
    "payer": only(NEIGHBOUR, FORGED_DEVICE),
    "device": only(DEVICE),
    "staff": STAFF,
    "signed-in": frozenset(identity.name for identity in EVERYONE if identity is not NOBODY),
    "functions": NO_ONE,
}


def concrete(field: Field) -> str:
    """The field's path with a key of the test world for each variable."""
    return field.path.format(**KEYS)


def callers(names: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(CALLERS[name] for name in names))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_is_read_by_those_the_document_names(database: RulesDatabase, field: Field) -> None:
    assert database.expect_only(callers(field.readers), [get(concrete(field))]) == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_a_field_is_written_by_none_but_those_the_document_names(
    database: RulesDatabase, field: Field
) -> None:
    path, writers = concrete(field), callers(field.writers)
    breaches: list[str] = []
    for identity in EVERYONE:
        if identity.name not in writers:
            breaches += database.expect(identity, put(path, field.example), allowed=False)
        if not field.path.startswith(DELETABLE):
            breaches += database.expect(identity, delete(path), allowed=False)
    assert breaches == []
