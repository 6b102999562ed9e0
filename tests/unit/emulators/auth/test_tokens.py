from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.auth.accounts import Account
from emulators.auth.errors import AuthError
from emulators.auth.tokens import (
    Grant,
    decode_grant,
    decode_jwt,
    encode_grant,
    encode_jwt,
    id_token,
    parse_claims,
)

GRANT = Grant(
    project="demo-lipamita",
    uid="u1",
    provider="password",
    auth_time_s=1_700_000_000,
    extra_claims={"desk": 4},
    serial="s",
)


def test_an_id_token_is_unsigned_and_carries_claims_at_top_level() -> None:
    account = Account(
        uid="u1", created_at_ms=1, email="m@meters.example", claims='{"role":"meter"}'
    )
    token = id_token(account, GRANT, 1_700_000_100)
    header, payload, signature = token.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "none", "typ": "JWT"}
    assert signature == ""
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == {
        "role": "meter",
        "desk": 4,
        "email": "m@meters.example",
        "email_verified": False,
        "auth_time": 1_700_000_000,
        "user_id": "u1",
        "firebase": {
            "identities": {"email": ["m@meters.example"]},
            "sign_in_provider": "password",
        },
        "iat": 1_700_000_100,
        "exp": 1_700_003_700,
        "aud": "demo-lipamita",
        "iss": "https://securetoken.google.com/demo-lipamita",
        "sub": "u1",
    }


def test_a_refresh_token_reads_back_as_the_grant_it_was_made_from() -> None:
    assert decode_grant(encode_grant(GRANT)) == GRANT


@given(st.text(max_size=300))
def test_any_text_as_refresh_token_is_read_or_refused(text: str) -> None:
    with pytest.raises(AuthError, match="INVALID_REFRESH_TOKEN"):
        decode_grant(text)


@given(st.one_of(st.text(max_size=300), st.from_regex(r"[\w.=-]{0,80}", fullmatch=True)))
def test_any_text_as_jwt_is_read_or_none(text: str) -> None:
    assert decode_jwt(text) is None or isinstance(decode_jwt(text), dict)


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text(), st.none())))
def test_a_jwt_reads_back_as_its_payload(payload: dict[str, object]) -> None:
    assert decode_jwt(encode_jwt(payload)) == payload


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("[]", "INVALID_CLAIMS"),
        ("{", "INVALID_CLAIMS"),
        ('{"sub":"x"}', "FORBIDDEN_CLAIM : sub"),
        ('{"a":"' + "x" * 1000 + '"}', "CLAIMS_TOO_LARGE"),
    ],
)
def test_bad_custom_claims_are_refused(text: str, refusal: str) -> None:
    with pytest.raises(AuthError, match=refusal):
        parse_claims(text)
