"""A board claims a meter: who may, what it is given, and what a repeat or a death changes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace

import pytest
from lipamita.domain.claim import (
    CLAIM_LIFE_MS,
    MAX_TRIES,
    Claim,
    ClaimRequest,
    claim_proof,
    proof_key,
    receipt_mac,
)
from lipamita.domain.crockford import draw
from lipamita.domain.errors import (
    BusyError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
)
from lipamita.domain.guard import RATES, RateKind
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Caller, Role
from lipamita.domain.recharge import MeterRegister, device_key
from lipamita.domain.units import MINUTE_MS, Cents, Wh
from lipamita.use_cases.claim_meter import ClaimAnswer, claim_meter
from lipamita.use_cases.complete_claim import complete_claim
from lipamita.use_cases.create_claim import ClaimOrder, create_claim
from lipamita.use_cases.records import Versioned

from tests.fakes.estate import METER, OWNER, Estate
from tests.fakes.memory_nodes import ProcessDiedError
from tests.fakes.memory_store import MemoryStore

BOARD = "A0B1C2D3E4F5"
LABEL = draw(16, secrets.token_bytes)
NONCE = "ab" * 16
OTHER_NONCE = "cd" * 16
ADDRESS = "196.201.1.1"
GRACE = Caller(uid=Uid("operator-grace"), role=Role.OPERATOR)
OLD_BOARD = Uid("device-mtr-001")
KEY = device_key("d" * 32, METER)


def order(estate: Estate, caller: Caller = GRACE, meter_id: MeterId = METER) -> str:
    wish = ClaimOrder(meter_id=meter_id, hardware_id=BOARD, label_secret=LABEL, caller=caller)
    return create_claim(wish, estate.world)[0]


def wish(code: str, *, nonce: str = NONCE, label: str = LABEL, board: str = BOARD) -> ClaimRequest:
    unsigned = ClaimRequest(
        meter_id=METER, code=code, hardware_id=board, nonce=nonce, proof="0" * 64
    )
    return replace(unsigned, proof=claim_proof(proof_key(label), unsigned))


def take(estate: Estate, request: ClaimRequest, address: str = ADDRESS) -> ClaimAnswer:
    return claim_meter(request, address, estate.world)


def complete(estate: Estate, nonce: str = NONCE, key: bytes = KEY) -> None:
    complete_claim(METER, nonce, receipt_mac(key, METER, nonce), ADDRESS, estate.world)


def board_of(estate: Estate) -> Uid | None:
    return estate.store.meters[METER].device_uid


def another_code(code: str) -> str:
    return next(made for made in iter(lambda: draw(20, secrets.token_bytes), None) if made != code)


@pytest.mark.parametrize(
    "caller",
    [OWNER, Caller(uid=OLD_BOARD, role=Role.METER, meter_id=METER)],
    ids=["owner", "device"],
)
def test_only_staff_may_make_a_code(caller: Caller) -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError):
        order(estate, caller)
    assert not estate.store.claims


def test_a_code_needs_a_meter_that_a_board_can_take() -> None:
    estate = Estate()
    with pytest.raises(NotFoundError):
        order(estate, meter_id=MeterId("MTR-404"))
    estate.store.meters[METER] = replace(estate.store.meters[METER], kind="tuya")
    with pytest.raises(ConflictError):
        order(estate)
    assert not estate.store.claims


def test_a_retired_meter_is_claimed_by_nobody() -> None:
    estate = Estate()
    code = order(estate)
    retired = replace(estate.store.meters[METER], retired_at_ms=estate.now_ms)
    estate.store.meters[METER] = retired
    with pytest.raises(ConflictError):
        order(estate)
    with pytest.raises(ForbiddenError):
        take(estate, wish(code))
    assert board_of(estate) == OLD_BOARD


def test_neither_the_code_nor_the_labels_secret_is_stored() -> None:
    estate = Estate()
    code = order(estate)
    kept = repr(estate.store.claims)
    assert code not in kept
    assert LABEL not in kept


def test_a_board_is_given_account_key_and_totals_and_the_former_board_is_shut_out() -> None:
    estate = Estate()
    estate.store.registers[METER] = MeterRegister(
        credited_total_wh=Wh(20_000),
        withdrawn_total_wh=Wh(500),
        sequence=7,
        remainder_cents=Cents(0),
        month="2026-11",
        month_wh=Wh(0),
    )
    meter = estate.store.meters[METER]
    estate.store.meters[METER] = replace(meter, energy_consumed_total_wh=1_234)
    answer = take(estate, wish(order(estate)))
    assert board_of(estate) == answer.account.uid != OLD_BOARD
    assert estate.devices.accounts == {answer.account.uid: answer.account}
    assert estate.devices.shut == {OLD_BOARD}
    assert answer.device_key == KEY
    message = f"totals|{METER}|{NONCE}|20000|500|1234|7"
    assert answer.totals_mac == hmac.new(KEY, message.encode(), hashlib.sha256).hexdigest()


def test_a_repeat_with_the_same_nonce_gets_the_same_answer() -> None:
    estate = Estate()
    code = order(estate)
    first = take(estate, wish(code))
    assert take(estate, wish(code)) == first
    assert list(estate.devices.accounts) == [first.account.uid]


def test_another_nonce_gets_nothing_once_the_code_is_taken() -> None:
    estate = Estate()
    code = order(estate)
    take(estate, wish(code))
    with pytest.raises(ConflictError):
        take(estate, wish(code, nonce=OTHER_NONCE))


@pytest.mark.parametrize(
    "wrong",
    ["code", "label", "board"],
)
def test_what_is_wrong_costs_a_try_and_is_never_told(wrong: str) -> None:
    estate = Estate()
    code = order(estate)
    request = {
        "code": wish(another_code(code)),
        "label": wish(code, label=draw(16, secrets.token_bytes)),
        "board": wish(code, board="000000000000"),
    }[wrong]
    with pytest.raises(ForbiddenError) as refusal:
        take(estate, request)
    assert refusal.value.code == "claim_refused"
    assert estate.store.claims[METER].tries_left == MAX_TRIES - 1
    assert [alarm.kind for alarm in estate.store.alarms] == ["claim_refused"]
    assert board_of(estate) == OLD_BOARD
    assert take(estate, wish(code)).account.uid == board_of(estate)


def test_the_last_wrong_try_ends_a_claim_even_for_the_right_code() -> None:
    estate = Estate()
    code = order(estate)
    for _ in range(MAX_TRIES):
        estate.wait(MINUTE_MS)
        with pytest.raises(ForbiddenError):
            take(estate, wish(another_code(code)))
    with pytest.raises(ForbiddenError):
        take(estate, wish(code))
    assert board_of(estate) == OLD_BOARD


def test_wrong_tries_cannot_end_a_claim_that_is_taken() -> None:
    estate = Estate()
    code = order(estate)
    first = take(estate, wish(code))
    for _ in range(MAX_TRIES + 1):
        estate.wait(MINUTE_MS)
        with pytest.raises(ForbiddenError):
            take(estate, wish(another_code(code)))
    assert take(estate, wish(code)) == first


def test_a_code_stops_being_good_after_a_day() -> None:
    estate = Estate()
    code = order(estate)
    estate.wait(CLAIM_LIFE_MS)
    with pytest.raises(ForbiddenError):
        take(estate, wish(code))


def test_a_meter_without_a_claim_answers_like_one_with_another_code() -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError) as nothing:
        take(estate, wish(draw(20, secrets.token_bytes)))
    order(estate)
    with pytest.raises(ForbiddenError) as wrong:
        take(estate, wish(draw(20, secrets.token_bytes)))
    assert (nothing.value.code, nothing.value.message) == (wrong.value.code, wrong.value.message)


def test_a_new_code_ends_the_former_one() -> None:
    estate = Estate()
    former = order(estate)
    code = order(estate)
    with pytest.raises(ForbiddenError):
        take(estate, wish(former))
    take(estate, wish(code))


def test_a_completed_claim_keeps_no_secret_and_opens_nothing_any_more() -> None:
    estate = Estate()
    code = order(estate)
    take(estate, wish(code))
    complete(estate)
    claim = estate.store.claims[METER]
    assert (claim.code_hash, claim.proof_key) == (None, None)
    with pytest.raises(ForbiddenError):
        take(estate, wish(code))
    complete(estate)  # its answer was lost
    assert estate.store.claims[METER] == claim


@pytest.mark.parametrize(
    ("nonce", "key"), [(OTHER_NONCE, KEY), (NONCE, bytes(32))], ids=["nonce", "key"]
)
def test_only_who_holds_key_and_nonce_completes_a_claim(nonce: str, key: bytes) -> None:
    estate = Estate()
    take(estate, wish(order(estate)))
    before = dict(estate.store.claims)
    with pytest.raises(ForbiddenError):
        complete(estate, nonce, key)
    assert estate.store.claims == before


def test_a_claim_that_nobody_took_cannot_be_completed() -> None:
    estate = Estate()
    with pytest.raises(ForbiddenError):
        complete(estate)
    order(estate)
    with pytest.raises(ForbiddenError):
        complete(estate)


def test_what_was_taken_can_be_completed_late() -> None:
    estate = Estate()
    take(estate, wish(order(estate)))
    estate.wait(2 * CLAIM_LIFE_MS)
    complete(estate)
    assert estate.store.claims[METER].completed_at_ms == estate.now_ms


def test_the_second_board_shuts_out_the_first_and_a_late_repeat_changes_nothing() -> None:
    estate = Estate()
    former_code = order(estate)
    former = take(estate, wish(former_code))
    second = take(estate, wish(order(estate), nonce=OTHER_NONCE))
    assert board_of(estate) == second.account.uid != former.account.uid
    assert estate.devices.shut == {OLD_BOARD, former.account.uid}
    with pytest.raises(ForbiddenError):
        take(estate, wish(former_code))
    assert board_of(estate) == second.account.uid


def test_a_board_that_was_named_meanwhile_is_not_replaced() -> None:
    estate = Estate()
    code = order(estate)

    def another_board_is_faster(_: str) -> None:
        meter = estate.store.meters[METER]
        estate.store.meters[METER] = replace(meter, device_uid=Uid("device-other"))

    estate.devices.after_change = another_board_is_faster
    with pytest.raises(ForbiddenError):
        take(estate, wish(code))
    assert board_of(estate) == "device-other"


def steps_of_a_claim() -> int:
    """How many changes one claim makes: each is a place where a process may die."""
    seen: list[str] = []
    estate = Estate()
    code = order(estate)
    estate.store.after_write = seen.append
    estate.devices.after_change = seen.append
    take(estate, wish(code))
    complete(estate)
    return len(seen)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(steps_of_a_claim()))
def test_dying_around_any_change_ends_in_the_same_state(step: int, after: bool) -> None:
    estate = Estate()
    code = order(estate)
    left = [step]

    def die(_: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise ProcessDiedError

    hook = "after" if after else "before"
    setattr(estate.store, f"{hook}_write", die)
    setattr(estate.devices, f"{hook}_change", die)
    answers: list[ClaimAnswer] = []

    def whole() -> None:
        answers.append(take(estate, wish(code)))
        complete(estate)

    with pytest.raises(ProcessDiedError):
        whole()
    try:
        whole()
    except ForbiddenError:  # it had died after the claim was complete: the board goes on
        complete(estate)
    assert len({answer.account.password for answer in answers}) == 1
    assert board_of(estate) == answers[0].account.uid
    assert estate.devices.shut == {OLD_BOARD}
    assert estate.store.claims[METER].completed_at_ms is not None


def test_claims_of_one_meter_and_from_one_address_are_limited() -> None:
    estate = Estate()
    order(estate)
    meter_rate, address_rate = RATES[RateKind.CLAIM].count, RATES[RateKind.ADDRESS].count
    for number in range(meter_rate):
        with pytest.raises(ForbiddenError):
            take(estate, wish("0" * 20), address=f"10.0.0.{number}")
    with pytest.raises(RateLimitedError):
        take(estate, wish("0" * 20), address="10.0.1.1")
    estate = Estate()
    for number in range(address_rate):
        other = replace(wish("0" * 20), meter_id=MeterId(f"MTR-{number:03}"))
        with pytest.raises(ForbiddenError):
            take(estate, other)
    with pytest.raises(RateLimitedError):
        take(estate, replace(wish("0" * 20), meter_id=MeterId("MTR-900")))
    assert ADDRESS not in repr(estate.store.rates)


class Contended(MemoryStore):
    """Somebody else always writes a moment earlier."""

    def read_claim(self, meter_id: MeterId) -> Versioned[Claim | None]:
        read = super().read_claim(meter_id)
        self.versions[f"claims/{meter_id}"] = self.versions.get(f"claims/{meter_id}", 0) + 1
        return read


def test_a_claim_that_others_keep_changing_is_busy() -> None:
    estate = Estate()
    code = order(estate)
    contended = Estate(store=Contended(claims=estate.store.claims))
    for attempt in (
        lambda: take(contended, wish(code)),
        lambda: take(contended, wish(another_code(code))),
        lambda: order(contended),
    ):
        with pytest.raises(BusyError):
            attempt()
