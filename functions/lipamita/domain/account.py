"""Which meter a payer meant, from the account number they typed on their phone.

Case, spaces and dashes never matter. O for 0 and I for 1 are forgiven only when no other meter
could have been meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.domain.ids import MeterId

MAX_TYPED = 40  # M-Pesa itself allows 20
_LOOK_ALIKES = str.maketrans("OI", "01")


def account_key(typed: str) -> str:
    """The form in which look-alikes are the same: the key of ``meter_accounts``. May be empty."""
    return _plain(typed).translate(_LOOK_ALIKES)


def match_account(typed: str, meters_of_key: Sequence[MeterId]) -> MeterId | None:
    """The meter that was meant, among those whose number has the same account key."""
    plain = _plain(typed)
    exact = [meter_id for meter_id in meters_of_key if _plain(meter_id) == plain]
    if len(exact) == 1:
        return exact[0]
    return meters_of_key[0] if len(meters_of_key) == 1 else None


def _plain(typed: str) -> str:
    return "".join(
        letter for letter in typed[:MAX_TYPED].upper() if letter.isascii() and letter.isalnum()
    )
