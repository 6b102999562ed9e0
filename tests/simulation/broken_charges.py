"""Sabotages of the monthly charge: of each month once, of no month before the first sale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lipamita.domain import monthly_charge, recharge
from lipamita.domain.units import Cents

from tests.simulation.sabotage import NONE, under

Patch = pytest.MonkeyPatch


@under(NONE)
def charge_the_same_month_again(patch: Patch) -> None:
    patch.setattr(recharge, "pay_charge", lambda account, **_: account)


@under({"push slow": 0.6, "callback late": 0.8})
def lose_what_was_paid_for_a_month_twice(patch: Patch) -> None:
    pay = monthly_charge.pay_charge

    def lossy(account: Any, **named: Any) -> Any:
        return replace(pay(account, **named), overpaid_cents=Cents(0))

    patch.setattr(recharge, "pay_charge", lossy)


@under(NONE)
def owe_months_before_the_first_sale(patch: Patch) -> None:
    owed = monthly_charge.owed

    def since_ever(account: Any, **named: Any) -> Any:
        begun = account if account.next_month else replace(account, next_month="2020-01")
        return owed(begun, **named)

    patch.setattr(monthly_charge, "owed", since_ever)
