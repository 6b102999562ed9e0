"""When a session still stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lipamita.domain.identity import Account, Session, stands
from lipamita.domain.ids import Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.units import Millis

GRACE = Uid("operator-grace")
SESSION = Session(caller=Caller(uid=GRACE, role=Role.OPERATOR), issued_at_ms=Millis(5_000))
ACCOUNT = Account(uid=GRACE, role=Role.OPERATOR, disabled=False, valid_since_ms=Millis(5_000))


def test_a_session_stands_that_began_when_the_account_was_good() -> None:
    assert stands(SESSION, ACCOUNT)


@pytest.mark.parametrize(
    "account",
    [
        None,
        replace(ACCOUNT, disabled=True),
        replace(ACCOUNT, role=Role.TENANT),
        replace(ACCOUNT, role=Role.ADMIN),
        replace(ACCOUNT, valid_since_ms=Millis(5_001)),
    ],
    ids=["deleted", "disabled", "role taken", "role changed", "revoked"],
)
def test_a_session_falls_with_its_account(account: Account | None) -> None:
    assert not stands(SESSION, account)
