"""Identifiers: made so that they sort, parsed so that nothing else becomes a path."""

from __future__ import annotations

import hashlib
import hmac
import re
import string

import pytest
from lipamita.domain.errors import InvalidInputError
from lipamita.domain.ids import (
    MeterId,
    RandomBytes,
    account_reference,
    evidence_id,
    is_path_key,
    new_transaction_id,
    parse_idempotency_key,
    parse_meter_id,
    parse_new_meter_id,
    parse_receipt,
    parse_transaction_id,
    parse_uid,
    path_key,
    sha256_hex,
)
from lipamita.domain.units import Millis

from tests.unit.lipamita.domain.samples import NOW, OTHER_TRANSACTION, TRANSACTION

SECRET = "s" * 32
ALPHABET = "-" + string.digits + string.ascii_uppercase + "_" + string.ascii_lowercase


def zeros(count: int) -> bytes:
    return bytes(count)


def test_a_transaction_id_is_20_characters_of_the_push_alphabet() -> None:
    made = new_transaction_id(NOW, lambda count: bytes(range(7, 7 + count)))
    assert re.fullmatch(f"[{re.escape(ALPHABET)}]{{20}}", made)


def test_the_push_alphabet_is_in_ascii_order_so_that_ids_sort() -> None:
    assert sorted(ALPHABET) == list(ALPHABET)


@pytest.mark.parametrize("later_ms", [1, 63, 64, 65, 4096, 86_400_000, 10**11])
def test_a_later_id_sorts_after_an_earlier_one_whatever_the_chance(later_ms: int) -> None:
    early = new_transaction_id(NOW, lambda count: b"\xff" * count)
    late = new_transaction_id(Millis(NOW + later_ms), zeros)
    assert early < late


def test_the_time_of_an_id_is_its_first_eight_characters() -> None:
    # 64**7 ms: a one, then seven zeros; "-" stands for 0 and "0" for 1.
    assert new_transaction_id(Millis(64**7), zeros) == "0-------" + "-" * 12


def test_every_random_byte_counts_in_the_id() -> None:
    def only(at: int) -> RandomBytes:
        return lambda count: bytes(63 * (index == at) for index in range(count))

    assert len({new_transaction_id(NOW, only(at)) for at in range(12)}) == 12


def test_a_made_id_parses() -> None:
    assert parse_transaction_id(TRANSACTION) == TRANSACTION


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        TRANSACTION[:-1],
        TRANSACTION + "x",
        TRANSACTION[:-1] + "/",
        TRANSACTION[:-1] + ".",
        TRANSACTION[:-1] + "$",
        TRANSACTION[:-1] + "é",
        TRANSACTION + "\n",
        "../../users/x/secret",
        7,
        [TRANSACTION],
    ],
    ids=repr,
)
def test_what_is_no_push_id_is_refused(value: object) -> None:
    with pytest.raises(InvalidInputError):
        parse_transaction_id(value)


@pytest.mark.parametrize("value", ["MTR-001", "A1B", "ABCDEFGHIJKL", "000", "A-1", "1--2"])
def test_a_registered_shape_is_a_meter_id(value: str) -> None:
    assert parse_meter_id(value) == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "AB",
        "ABCDEFGHIJKLM",
        "mtr-001",
        "MTR 001",
        " MTR-001",
        "MTR-001\n",
        "-MTR001",
        "MTR001-",
        "MTR_001",
        "MTR/001",
        "MTR.001",
        "MTR#1",
        "MTR$1",
        "MTR[1]",
        "\N{CYRILLIC CAPITAL LETTER EM}TR-001",
        1,
        True,
        ["MTR-001"],
    ],
    ids=repr,
)
def test_what_is_no_meter_id_is_refused(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_meter_id(value)
    assert (refused.value.code, refused.value.field) == ("invalid_meter_id", "meter_id")


@pytest.mark.parametrize("value", ["MTR-001", "A1B", "ABCDEFGHIJKL", "A-1", "1-2", "10E"])
def test_a_new_meters_number_has_a_letter_or_a_dash(value: str) -> None:
    assert parse_new_meter_id(value) == value


@pytest.mark.parametrize("value", ["100", "000", "123456789012", "mtr-1", "", None])
def test_a_plain_number_is_no_new_meters_number(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_new_meter_id(value)
    assert (refused.value.code, refused.value.field) == ("invalid_meter_id", "meter_id")


@pytest.mark.parametrize("value", ["tenant-amina", "a", "A_b:c@d-9", "x" * 128])
def test_an_accounts_id_is_accepted(value: str) -> None:
    assert parse_uid(value, field="owner_uid") == value


@pytest.mark.parametrize(
    "value",
    [
        "\ud800",
        None,
        5,
        "",
        "x" * 129,
        "x?y",
        "%2F",
        "tenant%2Fname",
        "a b",
        "a/b",
        "a.b",
        "a#b",
        "a\n",
        "é",
    ],
    ids=repr,
)
def test_what_would_name_another_place_is_no_accounts_id(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_uid(value, field="owner_uid")
    assert (refused.value.code, refused.value.field) == ("invalid_owner_uid", "owner_uid")


@pytest.mark.parametrize("meter_id", ["MTR-001", "ABCDEFGHIJKL", "A-1"])
def test_an_account_reference_is_at_most_12_letters_and_digits(meter_id: str) -> None:
    assert re.fullmatch("[A-Z0-9]{1,12}", account_reference(MeterId(meter_id)))


def test_a_path_key_is_128_bits_of_the_hmac_in_hex() -> None:
    digest = hmac.new(SECRET.encode(), TRANSACTION.encode(), hashlib.sha256).digest()
    assert path_key(SECRET, TRANSACTION) == digest.hex()[:32]


def test_an_id_that_spells_a_word_safaricom_refuses_is_drawn_again() -> None:
    alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    words = ("aaaCmDaaaaaa", "bbbbbbbbbbbb")
    drawn = [bytes(alphabet.index(letter) for letter in word) for word in words]
    made = new_transaction_id(Millis(1_795_000_000_000), lambda _: drawn.pop(0))
    assert made.endswith("bbbbbbbbbbbb")


def test_a_payments_own_key_is_accepted() -> None:
    assert is_path_key(SECRET, TRANSACTION, path_key(SECRET, TRANSACTION))


@pytest.mark.parametrize(
    "key",
    [
        "",
        path_key(SECRET, OTHER_TRANSACTION),
        path_key("t" * 32, TRANSACTION),
        path_key(SECRET, TRANSACTION)[:-1],
        path_key(SECRET, TRANSACTION) + "a",
        path_key(SECRET, TRANSACTION).upper(),
        "é" * 26,
        "\ud800" * 26,
        "\x00",
        "a" * 100_000,
    ],
    ids=["empty", "other payment", "other secret", "short", "long", "upper", "é", "½", "0", "big"],
)
def test_any_other_key_is_refused_without_an_error(key: str) -> None:
    assert not is_path_key(SECRET, TRANSACTION, key)


@pytest.mark.parametrize(
    ("value", "receipt"),
    [("UKL0DEMO01", "UKL0DEMO01"), (" ukl0demo01 ", "UKL0DEMO01"), ("ABCDEFGH", "ABCDEFGH")],
)
def test_a_receipt_is_kept_in_capitals(value: str, receipt: str) -> None:
    assert parse_receipt(value) == receipt


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "SHORT12",
        "A" * 17,
        "UKL0/DEMO1",
        "UKL0.DEMO1",
        "UKL0 DEMO1",
        "ÜKL0DEMO01",
        12345678,
    ],
    ids=repr,
)
def test_what_cannot_be_a_receipt_is_none(value: object) -> None:
    assert parse_receipt(value) is None


@pytest.mark.parametrize("value", ["a", "x" * 128, "9f86d081-884c-7d65", "!~"])
def test_printable_text_is_an_idempotency_key(value: str) -> None:
    assert parse_idempotency_key(value) == value


@pytest.mark.parametrize("value", [None, "", "x" * 129, "a b", "a\n", "é", "\x7f", 5], ids=repr)
def test_what_is_no_idempotency_key_names_the_header(value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_idempotency_key(value)
    assert refused.value.field == "Idempotency-Key"


def test_the_same_body_is_the_same_evidence() -> None:
    assert evidence_id(b"{}") == hashlib.sha256(b"{}").hexdigest()[:32]


def test_a_key_of_any_characters_becomes_a_database_key() -> None:
    assert re.fullmatch("[0-9a-f]{64}", sha256_hex("a/b.c#d$[é]"))
