"""Whose keys and numbers the simulator takes: given ones first, the seed's for the rest."""

from emulators.daraja.merchants import make_identity


def test_a_seed_makes_all_of_it() -> None:
    identity = make_identity(7, "LIPAMITA", {})
    assert identity == make_identity(7, "LIPAMITA", {})
    assert identity.main is identity.paybill
    assert identity.paybill.party_b == identity.paybill.short_code
    assert identity.till.party_b != identity.till.short_code


def test_what_is_given_wins() -> None:
    given = {"short_code": "600000", "passkey": "p", "consumer_key": "k", "consumer_secret": "s"}
    identity = make_identity(7, "LIPAMITA", given)
    assert (identity.main.short_code, identity.main.party_b) == ("600000", "600000")
    assert identity.main.passkey == "p"
    assert (identity.keys.consumer_key, identity.keys.consumer_secret) == ("k", "s")


def test_buy_goods_describes_a_till_and_its_store() -> None:
    given = {
        "transaction_type": "CustomerBuyGoodsOnline",
        "short_code": "5000001",
        "party_b": "5500001",
        "passkey": "p",
    }
    identity = make_identity(7, "LIPAMITA", given)
    assert identity.main is identity.till
    assert (identity.till.short_code, identity.till.party_b) == ("5000001", "5500001")
    assert identity.paybill == make_identity(7, "LIPAMITA", {}).paybill


def test_a_password_is_base64_of_code_passkey_and_timestamp() -> None:
    merchant = make_identity(7, "L", {"short_code": "600000", "passkey": "p"}).main
    assert merchant.password("20261121110000") == "NjAwMDAwcDIwMjYxMTIxMTEwMDAw"
