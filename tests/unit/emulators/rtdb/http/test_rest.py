"""Plain HTTP against a running server."""

from __future__ import annotations

import base64
import gc
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from emulators.rtdb.options import Limits

OWNER = {"Authorization": "Bearer owner"}


def id_token(uid: str, **claims: Any) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, {"sub": uid, "exp": 1, **claims}]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join(coded) + "."


def test_put_get_post_patch_delete(server: Any) -> None:
    assert server.request("PUT", "/a.json", {"x": 1}).json == {"x": 1}
    name = server.request("POST", "/a/list.json", "item").json["name"]
    assert len(name) == 20
    assert server.request("PATCH", "/a.json", {"x": 2, "y/z": 3}).json == {"x": 2, "y/z": 3}
    assert server.get("/a.json") == {"list": {name: "item"}, "x": 2, "y": {"z": 3}}
    assert server.get("/a/.json") == server.get("/a.json")
    deleted = server.request("DELETE", "/a/list.json")
    assert (deleted.status, deleted.body) == (200, b"null")
    assert server.get("/a/missing.json") is None


def test_a_post_may_stand_for_another_method(server: Any) -> None:
    server.request("POST", "/a.json", 1, {"X-HTTP-Method-Override": "PUT"})
    assert server.get("/a.json") == 1
    server.request("POST", "/a.json?x-http-method-override=DELETE")
    assert server.get("/a.json") is None


def test_print(server: Any) -> None:
    for method, body in (("PUT", {"a": 1}), ("PATCH", {"b": 1}), ("POST", 1), ("GET", None)):
        reply = server.request(method, "/p.json?print=silent", body)
        assert (reply.status, reply.body) == (204, b"")
    assert server.request("GET", "/p/a.json?print=pretty").body == b"1\n"
    assert b'\n  "a": 1' in server.request("GET", "/p.json?print=pretty").body


def test_server_values_are_answered_resolved(server: Any) -> None:
    server.put("/n.json", 4)
    reply = server.request("PUT", "/n.json", {".sv": {"increment": 3}})
    assert reply.json == 7
    reply = server.request("PATCH", "/.json", {"n": {".sv": {"increment": 1}}, "s": "x"})
    assert reply.json == {"n": 8, "s": "x"}
    stamp = server.request("PUT", "/t.json", {".sv": "timestamp"}).json
    assert isinstance(stamp, int)
    assert stamp > 1_700_000_000_000


def test_shallow_export_priority_download_callback(server: Any) -> None:
    value = {"a": {"b": 1}, "c": {".value": 2, ".priority": "p"}}
    server.put("/s.json", value)
    assert server.get("/s.json?shallow=true") == {"a": True, "c": True}
    assert server.get("/s.json?format=export") == value
    assert server.get("/s/c/.priority.json") == "p"
    server.put("/s/c/.priority.json", 5)
    assert server.get("/s/c.json?format=export") == {".value": 2, ".priority": 5}
    reply = server.request("GET", "/s.json?download=my%20file.json")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="my_file.json"'
    script = server.request("GET", "/s/c.json?callback=app.got")
    assert script.body == b"/**/app.got(2);"
    assert "javascript" in script.headers["Content-Type"]


def test_percent_encoded_paths_and_odd_keys(server: Any) -> None:
    server.put("/" + quote("sp ace/ключ/a+b%c") + ".json", "v")
    assert server.get("/.json") == {"sp ace": {"ключ": {"a+b%c": "v"}}}


def test_lone_surrogates_come_back_as_escapes(server: Any) -> None:
    server.request("PUT", "/u.json", rb'"\ud800x"')
    assert server.request("GET", "/u.json").body == rb'"\ud800x"'


def test_etags_make_compare_and_set(server: Any) -> None:
    asked = {"X-Firebase-ETag": "true"}
    assert server.request("GET", "/e.json", headers=asked).headers["ETag"] == "null_etag"
    created = server.request("PUT", "/e.json", 1, {"if-match": "null_etag"} | asked)
    tag = created.headers["ETag"]
    assert (created.status, tag) != (412, "null_etag")
    lost = server.request("PUT", "/e.json", 2, {"if-match": "null_etag"})
    assert (lost.status, lost.json, lost.headers["ETag"]) == (412, 1, tag)
    assert server.request("DELETE", "/e.json", headers={"if-match": "x"}).status == 412
    assert server.request("PUT", "/e.json", 2, {"if-match": tag}).status == 200
    gone = server.request("DELETE", "/e.json", headers=asked)
    assert gone.headers["ETag"] == "null_etag"
    patched = server.request("PATCH", "/e.json", {"a": 1}, asked)
    assert "ETag" not in patched.headers


def test_if_none_match_answers_304_or_the_value_with_its_tag(server: Any) -> None:
    server.put("/e.json", 1)
    fresh = server.request("GET", "/e.json", headers={"if-none-match": "old"})
    assert (fresh.status, fresh.json) == (200, 1)
    same = server.request("GET", "/e.json", headers={"if-none-match": fresh.headers["ETag"]})
    assert (same.status, same.body) == (304, b"")


def test_if_match_on_get_and_patch_is_refused(server: Any) -> None:
    assert server.request("GET", "/e.json", headers={"if-match": "x"}).status == 400
    assert server.request("PATCH", "/e.json", {"a": 1}, {"if-match": "x"}).status == 400


def test_a_lost_compare_and_set_shows_the_value_only_to_those_who_may_read_it(server: Any) -> None:
    server.set_rules({"w": {".write": True}})
    server.put("/w.json", "secret")
    lost = server.request("PUT", "/w.json", 1, {"if-match": "x"})
    assert lost.status == 412
    assert b"secret" not in lost.body


@pytest.mark.parametrize(
    ("method", "target", "body", "text"),
    [
        ("GET", "/", None, "append .json"),
        ("GET", "/a", None, "append .json"),
        ("PUT", "/a.json", b"", "Error: No data supplied."),
        ("PUT", "/a.json", b"{", "Invalid data; couldn't parse JSON object, array, or value."),
        ("PUT", "/a.json", b"NaN", "couldn't parse JSON"),
        ("PUT", "/a.json", b"1e999", "Invalid data"),
        ("PUT", "/a.json", b"[" * 100_000, "couldn't parse JSON"),
        ("PUT", "/a.json", b'"\xff"', "couldn't parse JSON"),
        ("PUT", "/a.json", {"a.b": 1}, "Invalid key"),
        ("PATCH", "/a.json", 1, "couldn't parse JSON object. Are you"),
        ("PATCH", "/a.json", {"a": 1, "a/b": 2}, "ancestor"),
        ("PUT", "/a%5B.json", 1, "Invalid path"),
        ("PUT", "/a%ff.json", 1, "not UTF-8"),
        ("PUT", "/" + "a/" * 33 + ".json", 1, "deeper than 32"),
        ("POST", "/a/.priority.json", 1, "a priority has no children"),
        ("PATCH", "/a/.priority.json", {"x": 1}, "a priority has no children"),
        ("GET", "/a.json?orderBy=%22x%22", None,
         'Index not defined, add ".indexOn": "x", for path "/a", to the rules'),
        ("GET", "/a.json?limitToFirst=1", None, "orderBy must be defined"),
        ("GET", "/a.json?timeout=16min", None, "timeout"),
        ("GET", "/a.json?timeout=0s", None, "timeout"),
        ("GET", "/a.json?print=loud", None, "print"),
        ("GET", "/a.json?callback=1()", None, "callback"),
        ("GET", "/a.json?shallow=true&format=export", None, "shallow"),
        ("PUT", "/a.json?writeSizeLimit=huge", 1, "writeSizeLimit"),
        ("PUT", "/a.json?ns=bad%20name", 1, "ns must be"),
        ("BREW", "/a.json", 1, "Malformed request"),
        ("TRACE", "/a.json", None, "not supported"),
    ],
)  # fmt: skip
def test_malformed_requests(server: Any, method: str, target: str, body: Any, text: str) -> None:
    reply = server.request(method, target, body)
    assert reply.status == 400
    assert text in reply.json["error"]
    assert server.get("/a.json") is None


def test_rules_bind_tokens_but_not_the_owner(server: Any) -> None:
    rule = "auth.uid == $uid && auth.token.role != 'meter'"
    server.set_rules({"users": {"$uid": {".read": rule, ".write": rule}}})
    amina = id_token("amina")
    assert server.request("PUT", f"/users/amina.json?auth={amina}", 1).status == 200
    bearer = {"Authorization": f"Bearer {amina}"}
    assert server.request("GET", "/users/amina.json", headers=bearer).json == 1
    meter = id_token("amina", role="meter")
    for target in (f"/users/brian.json?auth={amina}", f"/users/amina.json?auth={meter}",
                   "/users/amina.json"):  # fmt: skip
        reply = server.request("GET", target)
        assert (reply.status, reply.json) == (401, {"error": "Permission denied"})
    assert server.request("GET", "/users.json", headers=OWNER).json == {"amina": 1}


@pytest.mark.parametrize("target", ["/a.json?auth=garbage", "/a.json?access_token=x.y.z"])
def test_unreadable_tokens(server: Any, target: str) -> None:
    reply = server.request("GET", target)
    assert (reply.status, reply.json["error"]) == (401, "Could not parse auth token.")


def test_only_bearer_authorization_is_known(server: Any) -> None:
    assert server.request("GET", "/a.json", headers={"Authorization": "Basic eDp5"}).status == 401


def test_an_admin_may_act_as_somebody(server: Any) -> None:
    server.set_rules({"a": {".read": "auth.uid == 'x'"}})
    for override, status in (('{"uid":"x"}', 200), ('{"uid":"y"}', 401), ("null", 401)):
        target = f"/a.json?auth_variable_override={quote(override)}"
        assert server.request("GET", target, headers=OWNER).status == status
    ignored = server.request("GET", '/a.json?auth_variable_override={"uid":"x"}')
    assert ignored.status == 401


def test_write_size_limit(server: Any) -> None:
    body = json.dumps("x" * 1024 * 1024).encode()
    reply = server.request("PUT", "/big.json?writeSizeLimit=tiny", body)
    assert reply.status == 400
    assert reply.json["error"].startswith("WRITE_TOO_BIG: Data to write exceeds the maximum size")
    assert server.request("PUT", "/big.json?writeSizeLimit=small", body).status == 200


def test_namespaces_are_apart_and_come_from_ns_or_the_host_name(start_server: Any) -> None:
    server = start_server(default_namespace="dflt")
    server.put("/a.json?ns=one", 1)
    server.put("/a.json", 0)
    assert server.get("/a.json?ns=one") == 1
    assert server.get("/a.json?ns=dflt") == 0
    assert server.get("/a.json", Host="one.firebaseio.test:9000") == 1
    assert server.get("/a.json", Host="other.firebasedatabase.app") is None
    for host in ("127.0.0.1:9000", "localhost:9000", "desk.local:9000", "[::1]:9000"):
        assert server.get("/a.json", Host=host) == 0
    names = server.get("/.inspect/databases.json?ns=any", **OWNER)
    assert {"name": "one"} in names


def test_rules_are_kept_as_text_and_given_parsed_on_demand(server: Any) -> None:
    text = b'{ // comment\n "rules": {".read": true, } }'
    assert server.request("PUT", "/.settings/rules.json", text, OWNER).status == 200
    assert server.request("GET", "/.settings/rules.json", headers=OWNER).body == text
    strict = server.request("GET", "/.settings/rules.json?format=strict", headers=OWNER)
    assert strict.json == {"rules": {".read": True}}
    bad = server.request("PUT", "/.settings/rules.json", b'{"rules": {".read": "nope"}}', OWNER)
    assert bad.status == 400
    assert bad.json["error"].startswith("1:22: Parse error: ")
    assert server.request("GET", "/.settings/rules.json", headers=OWNER).body == text
    assert server.request("GET", "/.settings/rules.json").status == 401


def test_why_tells_the_last_refusals(server: Any) -> None:
    server.set_rules({"a": {".read": "auth != null"}})
    server.request("GET", "/a.json")
    (record,) = server.get("/.inspect/why.json", **OWNER)
    assert record["refused_by"][0]["expression"] == "auth != null"
    server.request("DELETE", "/.inspect/why.json", headers=OWNER)
    assert server.get("/.inspect/why.json", **OWNER) == []


def test_coverage_counts_how_rules_came_out(server: Any) -> None:
    server.set_rules({"a": {".read": "auth != null"}})
    server.request("GET", "/a.json")
    (rule,) = server.get("/.inspect/coverage.json")["rules"]
    assert (rule["true"], rule["false"], rule["error"]) == (0, 1, 0)
    assert b"auth != null" in server.request("GET", "/.inspect/coverage").body


def test_browsers_may_call_from_any_origin(server: Any) -> None:
    asked = {"Origin": "http://x", "Access-Control-Request-Headers": "authorization, x-other"}
    reply = server.request("OPTIONS", "/a.json", headers=asked)
    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Headers"] == "authorization, x-other"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "PATCH" in reply.headers["Access-Control-Allow-Methods"]


def test_unknown_settings_are_not_data(server: Any) -> None:
    assert server.request("GET", "/.settings/nothing.json").status == 404


def test_import_and_export(server: Any) -> None:
    target = "/.json?ns=imported&disableTriggers=true&writeSizeLimit=unlimited"
    value = {"a": {".value": 1, ".priority": 2}, "list": {"0": "x", "1": "y"}}
    assert server.request("PUT", target, value, OWNER).status == 200
    assert server.get("/.json?ns=imported&shallow=true&limitToFirst=1", **OWNER) == {"a": True}
    assert server.get("/.json?ns=imported&format=export", **OWNER) == value


def test_a_large_import_leaves_the_collector_on(server: Any) -> None:
    value = {f"k{number}": "x" * 100 for number in range(12_000)}
    server.put("/large.json?print=pretty", value)
    assert gc.isenabled()
    assert len(server.get("/large.json?shallow=true")) == 12_000
    assert server.request("PUT", "/large.json", b"{" * 2_000_000).status == 400
    assert gc.isenabled()


def test_tiny_limits_hold(start_server: Callable[..., Any]) -> None:
    server = start_server(
        limits=Limits(rest_write_bytes=50, response_bytes=20, namespaces=2, string_bytes=8)
    )
    assert server.request("PUT", "/a.json", "x" * 100).status == 400
    assert server.request("PUT", "/a.json", "x" * 9).status == 400
    for key in "abc":
        assert server.request("PUT", f"/{key}.json?print=silent", "x" * 8).status == 204
    assert server.request("GET", "/.json").status == 400
    assert server.request("GET", "/a.json?ns=two").status == 200
    assert server.request("GET", "/a.json?ns=three").status == 400


def test_rules_bind_queries(server: Any) -> None:
    rule = "query.orderByChild == 'owner' && query.equalTo == auth.uid && query.limitToFirst <= 10"
    server.set_rules({"l": {".read": rule, ".indexOn": "owner"}})
    server.put("/l.json", {"a": {"owner": "amina"}, "b": {"owner": "brian"}})
    auth = f"auth={id_token('amina')}"
    own = "/l.json?orderBy=%22owner%22&equalTo=%22amina%22&limitToFirst=5&" + auth
    assert server.get(own) == {"a": {"owner": "amina"}}
    for refused in (
        own.replace("amina%22", "brian%22"),
        own.replace("limitToFirst=5", "limitToFirst=50"),
        own.replace("&limitToFirst=5", ""),
        "/l.json?" + auth,
    ):
        assert server.request("GET", refused).status == 401
