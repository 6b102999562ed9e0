"""What both suites must do alike: a table of checks over plain HTTP."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import grpc
import requests
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport

from .processes import Addresses

TIMEOUT = (5, 30)
NS = "demo-lipamita-default-rtdb"
OWNER = {"Authorization": "Bearer owner"}
FUNCTIONS = "/demo-lipamita/europe-west1"


def calls_a_function(suite: Addresses) -> None:
    answer = requests.post(f"{suite.functions}{FUNCTIONS}/echo/a/b?x=1", "body", timeout=TIMEOUT)
    assert answer.status_code == 203
    assert answer.json() == {
        "method": "POST",
        "path": "/a/b",
        "query": "x=1",
        "body": "body",
        "emulated": "true",
        "project": "demo-lipamita",
        "setting": "from .env",
        "secret": "from .secret.local",
    }


def keeps_documents_for_functions_and_clients(suite: Addresses) -> None:
    answer = requests.post(f"{suite.functions}{FUNCTIONS}/keep", "500", timeout=TIMEOUT)
    assert (answer.status_code, answer.text) == (200, '{"amount": 500}')
    channel = grpc.insecure_channel(suite.firestore.removeprefix("http://"))
    transport = FirestoreGrpcTransport(channel=channel)
    name = "projects/demo-lipamita/databases/(default)/documents/payments/p1"
    found = FirestoreClient(transport=transport).get_document({"name": name})
    channel.close()
    assert found.fields["amount"].integer_value == 500


def does_not_know_other_functions(suite: Addresses) -> None:
    answer = requests.get(f"{suite.functions}{FUNCTIONS}/nobody", timeout=TIMEOUT)
    assert answer.status_code == 404
    assert "europe-west1-echo" in answer.text


def rewrites_to_a_function_with_the_whole_path(suite: Addresses) -> None:
    answer = requests.get(f"{suite.hosting}/api/meters/MTR-001?x=1", timeout=TIMEOUT)
    assert answer.status_code == 203
    assert answer.json()["path"] == "/api/meters/MTR-001"
    assert answer.headers["Cache-Control"] == "private"


def serves_files(suite: Addresses) -> None:
    home = requests.get(f"{suite.hosting}/", timeout=TIMEOUT)
    assert (home.status_code, home.text) == (200, "<p>home\n")
    assert home.headers["Content-Type"] == "text/html; charset=utf-8"
    assert requests.get(f"{suite.hosting}/nothing", timeout=TIMEOUT).status_code == 404


def signs_in_seeded_accounts(suite: Addresses) -> None:
    signed_in = sign_in(suite, "brian")
    assert signed_in["localId"] == "tenant-brian"
    assert signed_in["expiresIn"] == "3600"
    claims = claims_of(signed_in["idToken"])
    assert (claims["sub"], claims["role"]) == ("tenant-brian", "operator")
    assert claims["aud"] == "demo-lipamita"
    assert claims["firebase"]["sign_in_provider"] == "password"


def refuses_wrong_passwords_in_googles_words(suite: Addresses) -> None:
    for body, message in [
        ({"email": "amina@tenants.example", "password": "wrong"}, "INVALID_PASSWORD"),
        ({"email": "nobody@tenants.example", "password": "x"}, "EMAIL_NOT_FOUND"),
        ({"email": "amina@tenants.example"}, "MISSING_PASSWORD"),
    ]:
        answer = requests.post(auth_url(suite, "signInWithPassword"), json=body, timeout=TIMEOUT)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["message"]) == (400, 400, message)
        assert error["errors"] == [{"message": message, "reason": "invalid", "domain": "global"}]
    keyless = requests.post(auth_url(suite, "signUp").partition("?")[0], json={}, timeout=TIMEOUT)
    assert (keyless.status_code, keyless.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


def refreshes_tokens(suite: Addresses) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": sign_in(suite, "amina")["refreshToken"]}
    url = f"{suite.auth}/securetoken.googleapis.com/v1/token?key=any"
    fresh = requests.post(url, data=form, timeout=TIMEOUT).json()
    assert (fresh["user_id"], fresh["expires_in"]) == ("tenant-amina", "3600")
    assert claims_of(fresh["id_token"])["sub"] == "tenant-amina"


def runs_callables_with_the_callers_token(suite: Addresses) -> None:
    url = f"{suite.functions}{FUNCTIONS}/add"
    body = {"data": {"a": 1, "b": 2}}
    answer = requests.post(url, json=body, timeout=TIMEOUT)
    assert answer.json() == {"result": {"sum": 3, "caller": None}}
    bearer = {"Authorization": f"Bearer {sign_in(suite, 'amina')['idToken']}"}
    answer = requests.post(url, json=body, headers=bearer, timeout=TIMEOUT)
    assert answer.json() == {"result": {"sum": 3, "caller": "tenant-amina"}}


def enforces_rules(suite: Addresses) -> None:
    amina = {"auth": sign_in(suite, "amina")["idToken"]}
    brian = {"auth": sign_in(suite, "brian")["idToken"]}
    assert read(suite, "meters/MTR-001/name", **amina).json() == "Gate"
    for credential in (brian, {}):
        assert read(suite, "meters/MTR-001/name", **credential).status_code == 401
    url = rtdb_url(suite, "meters/MTR-001/name", **amina)
    assert requests.put(url, json="Door", timeout=TIMEOUT).status_code == 200
    url = rtdb_url(suite, "meters/MTR-001/owner_uid", **amina)
    assert requests.put(url, json="me", timeout=TIMEOUT).status_code == 401


def fires_database_triggers(suite: Addresses) -> None:
    url = rtdb_url(suite, "payments/p9")
    assert requests.put(url, json={"kes": 5}, headers=OWNER, timeout=TIMEOUT).ok
    assert first_value(suite, "seen/p9") == {
        "value": {"kes": 5},
        "instance": NS,
        "auth_type": "admin",
    }


def imports_without_firing_triggers(suite: Addresses) -> None:
    assert read(suite, "payments/old", headers=OWNER).json() == 1
    assert read(suite, "seen/old", headers=OWNER).json() is None


CHECKS: tuple[Callable[[Addresses], None], ...] = (
    calls_a_function,
    keeps_documents_for_functions_and_clients,
    does_not_know_other_functions,
    rewrites_to_a_function_with_the_whole_path,
    serves_files,
    signs_in_seeded_accounts,
    refuses_wrong_passwords_in_googles_words,
    refreshes_tokens,
    runs_callables_with_the_callers_token,
    enforces_rules,
    fires_database_triggers,
    imports_without_firing_triggers,
)


def auth_url(suite: Addresses, call: str) -> str:
    return f"{suite.auth}/identitytoolkit.googleapis.com/v1/accounts:{call}?key=any"


def sign_in(suite: Addresses, name: str) -> dict[str, Any]:
    body = {
        "email": f"{name}@tenants.example",
        "password": f"{name}-password",
        "returnSecureToken": True,
    }
    answer = requests.post(auth_url(suite, "signInWithPassword"), json=body, timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text
    signed_in: dict[str, Any] = answer.json()
    return signed_in


def claims_of(token: str) -> dict[str, Any]:
    header, payload, signature = token.split(".")
    assert signature == ""
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == {"alg": "none", "typ": "JWT"}
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def rtdb_url(suite: Addresses, path: str, **query: str) -> str:
    return f"{suite.rtdb}/{path}.json?{urlencode({'ns': NS, **query})}"


def read(
    suite: Addresses, path: str, headers: dict[str, str] | None = None, **query: str
) -> requests.Response:
    return requests.get(rtdb_url(suite, path, **query), headers=headers, timeout=TIMEOUT)


def first_value(suite: Addresses, path: str) -> Any:
    """The first value that is not null at `path`, waited for on a stream."""
    headers = {**OWNER, "Accept": "text/event-stream"}
    with requests.get(
        rtdb_url(suite, path), headers=headers, timeout=TIMEOUT, stream=True
    ) as stream:
        for line in stream.iter_lines(chunk_size=1):
            if line.startswith(b"data: {"):
                value = json.loads(line[len(b"data: ") :])["data"]
                if value is not None:
                    return value
    raise AssertionError(f"nothing came at {path}")
