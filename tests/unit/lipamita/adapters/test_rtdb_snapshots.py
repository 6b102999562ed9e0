"""What the audit keeps of a node: no secret, no whole phone number, nothing a meter reports."""

from __future__ import annotations

from lipamita.adapters.rtdb_snapshots import without_secrets


def test_secrets_and_phones_are_not_kept() -> None:
    node = {
        "name": "House A1",
        "phone_number": "254712345678",
        "rows": [{"mac": "ab" * 32, "amount": 5}, "+254712345678"],
        "password": "x",
        "status": {"online": True},
        "pending_recharge": {"-O": {"mac": "x"}},
    }
    assert without_secrets(node) == {
        "name": "House A1",
        "phone_number": "(masked)",
        "rows": [{"mac": "(masked)", "amount": 5}, "+2547******78"],
        "password": "(masked)",
    }


def test_what_is_no_object_stays_as_it_is() -> None:
    assert [without_secrets(node) for node in (None, 5, True, "text")] == [None, 5, True, "text"]
