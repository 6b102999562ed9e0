"""A site's own account: what is prompted, asked, confirmed and pulled for it, and no other's."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lipamita.domain.confirmation import ConfirmationOutcome
from lipamita.domain.errors import RateLimitedError
from lipamita.domain.ids import Uid
from lipamita.domain.merchants import Merchants, SiteMerchant
from lipamita.domain.meter import Caller, Role
from lipamita.domain.payment import Payment
from lipamita.domain.query_pace import QUERIES_PER_WINDOW
from lipamita.domain.units import MINUTE_MS
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.assign_suspense import Assignment, assign_suspense
from lipamita.use_cases.pull_payments import pull_payments
from lipamita.use_cases.records import RawConfirmation
from lipamita.use_cases.request_payment import request_payment
from lipamita.use_cases.view import query_payment

from tests.fakes.estate import METER, OWNER, Estate, ask

SITE = "Ngong Rd"
OWN = SiteMerchant(short_code="5123456", party_b="5543210", sender="other", pull=True)
OPERATOR = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)


def estate(site: str | None = SITE, own: SiteMerchant = OWN) -> Estate:
    """One meter, on that site; the site Ngong Rd has an account of its own."""
    made = Estate(merchants=Merchants(by_site={SITE: own}))
    made.store.short_codes |= {own.short_code, own.party_b}
    made.store.meters[METER] = replace(made.store.meters[METER], site=site)
    made.store.accounts["MTR001"] = [METER]
    return made


def confirm(estate: Estate, code: str, receipt: str = "UKL1AAAA01") -> ConfirmationOutcome | None:
    body = {
        "TransactionType": "Pay Bill",
        "TransID": receipt,
        "TransTime": "20261121101500",
        "TransAmount": "500.00",
        "BusinessShortCode": code,
        "BillRefNumber": "MTR001",
        "MSISDN": "2547 ***** 126",
    }
    estate.store.record_confirmation(
        RawConfirmation(
            confirmation_id=receipt,
            channel="c2b",
            body=json.dumps(body),
            received_at_ms=estate.now_ms,
            remote_address="",
        )
    )
    return accept_confirmation(receipt, estate.world)


def credited(estate: Estate) -> list[Payment]:
    return [payment for payment in estate.store.payments.values() if payment.mpesa_receipt]


@pytest.mark.parametrize(("site", "merchant"), [(SITE, "5123456"), ("Other", None), (None, None)])
def test_a_prompt_is_for_the_account_of_the_meters_site(
    site: str | None, merchant: str | None
) -> None:
    here = estate(site)
    payment = request_payment(ask(), here.world)
    assert here.daraja.pushes[0].merchant == payment.merchant == merchant


def test_a_payment_is_asked_about_with_the_account_it_was_made_with() -> None:
    here = estate()
    payment = request_payment(ask(), here.world)
    here.store.meters[METER] = replace(here.store.meters[METER], site="Other")
    here.wait(MINUTE_MS)
    query_payment(payment.transaction_id, OWNER, here.world)
    assert here.daraja.asked == ["5123456"]


def test_an_app_of_its_own_has_turns_of_its_own() -> None:
    here = estate()
    payments = [request_payment(ask(key=f"k{n}"), here.world) for n in range(QUERIES_PER_WINDOW)]
    here.store.meters[METER] = replace(here.store.meters[METER], site=None)
    main = request_payment(ask(key="main"), here.world)
    here.wait(MINUTE_MS)
    for payment in payments:
        query_payment(payment.transaction_id, OWNER, here.world)
    query_payment(main.transaction_id, OWNER, here.world)
    assert here.daraja.asked == [*["5123456"] * QUERIES_PER_WINDOW, None]


def test_accounts_of_one_app_share_its_turns() -> None:
    here = estate(own=replace(OWN, sender="main"))
    payments = [request_payment(ask(key=f"k{n}"), here.world) for n in range(QUERIES_PER_WINDOW)]
    here.store.meters[METER] = replace(here.store.meters[METER], site=None)
    main = request_payment(ask(key="main"), here.world)
    here.wait(MINUTE_MS)
    for payment in payments:
        query_payment(payment.transaction_id, OWNER, here.world)
    with pytest.raises(RateLimitedError):
        query_payment(main.transaction_id, OWNER, here.world)


@pytest.mark.parametrize("code", ["5123456", "5543210"])
def test_money_by_hand_to_the_sites_own_account_is_credited(code: str) -> None:
    here = estate()
    assert confirm(here, code) is ConfirmationOutcome.CREDITED
    assert [payment.merchant for payment in credited(here)] == ["5123456"]


@pytest.mark.parametrize(("site", "code"), [(SITE, "600000"), ("Other", "5123456")])
def test_money_in_another_sites_account_waits_for_a_person_who_may_still_assign_it(
    site: str, code: str
) -> None:
    here = estate(site)
    assert confirm(here, code) is ConfirmationOutcome.SUSPENSE
    assert here.store.suspense["UKL1AAAA01"].reason == "other_short_code"
    assert credited(here) == []
    decision = Assignment(
        confirmation_id="UKL1AAAA01", meter_id=METER, why="she showed it", caller=OPERATOR
    )
    _, outcome = assign_suspense(decision, here.world)
    assert outcome is ConfirmationOutcome.CREDITED
    assert len(credited(here)) == 1


def test_a_short_code_that_is_nobodys_stays_in_suspense() -> None:
    here = estate()
    assert confirm(here, "777777") is ConfirmationOutcome.SUSPENSE


def test_pull_asks_for_every_account_that_may() -> None:
    here = estate()
    assert pull_payments(here.world).complete
    assert here.daraja.pulled == [None, "5123456"]
