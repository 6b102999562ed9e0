import base64

import pytest

from emulators.daraja.gateway import OAUTH_PATH
from tests.unit.emulators.daraja.shop import Reply, Shop, open_shop, request


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def keys(shop: Shop) -> str:
    return f"{shop.world.identity.keys.consumer_key}:{shop.world.identity.keys.consumer_secret}"


def ask(shop: Shop, authorization: str | None, grant_type: str = "client_credentials") -> Reply:
    return shop.raw(request("GET", OAUTH_PATH, authorization=authorization, grant_type=grant_type))


def test_the_right_keys_get_a_token_of_28_characters_for_an_hour(shop: Shop) -> None:
    reply = ask(shop, basic(keys(shop)))
    assert reply.status == 200
    assert len(reply.body["access_token"]) == 28
    assert reply.body["expires_in"] == "3599"


@pytest.mark.parametrize(
    "authorization", [None, "Basic", "Basic !!!", basic("wrong:keys"), "Bearer abc"]
)
def test_wrong_keys_are_400_008_01(shop: Shop, authorization: str | None) -> None:
    reply = ask(shop, authorization)
    assert (reply.status, reply.body["errorCode"]) == (400, "400.008.01")


def test_a_wrong_grant_type_is_400_008_02(shop: Shop) -> None:
    reply = ask(shop, basic(keys(shop)), grant_type="password")
    assert (reply.status, reply.body["errorCode"]) == (400, "400.008.02")


def test_a_token_dies_after_its_hour(shop: Shop) -> None:
    shop.login()
    shop.advance(3_599_999)
    assert shop.push().status == 200
    shop.advance(1)
    assert shop.push().body["errorCode"] == "404.001.03"


@pytest.mark.parametrize(("kills", "code"), [(True, "404.001.03"), (False, "500.001.1001")])
def test_a_new_token_kills_the_old_one_when_switched_so(kills: bool, code: str) -> None:
    shop = open_shop()
    shop.world.switches = type(shop.world.switches)(new_token_kills_old=kills)
    old = shop.login()
    shop.login()
    shop.token = old
    reply = shop.query("ws_CO_unknown")
    assert reply.body["errorCode"] == code


def test_expires_in_can_be_a_number(shop: Shop) -> None:
    shop.world.switches = type(shop.world.switches)(expires_in_as_text=False)
    assert ask(shop, basic(keys(shop))).body["expires_in"] == 3599


def test_the_token_is_not_in_the_request_log(shop: Shop) -> None:
    token = shop.login()
    assert token not in str(shop.world.journal.requests(0, None))
