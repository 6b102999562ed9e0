"""The simulator over sockets: delivery, order of answer and callback, clock, events, control."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.unit.emulators.daraja.live import TIMEOUT_S, Live, Loop, start_simulator

PAYER = "/simulator/phones/254700000001"


def test_a_payment_from_push_to_callback(live: Live) -> None:
    checkout_request_id = live.push()
    live.event("prompt_shown", about=checkout_request_id)
    phone = live.get(PAYER)
    assert phone["prompt"]["checkout_request_id"] == checkout_request_id
    done = live.post(PAYER + "/pin", {"pin": phone["pin"]})
    assert done["result_code"] == "0"
    delivered = live.event("callback_delivered", about=checkout_request_id)
    assert delivered["status"] == 200
    assert isinstance(delivered["duration_ms"], int)
    [received] = live.receiver.received
    assert received.path == "/callback"
    assert received.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert received.headers["X-Forwarded-For"] == "196.201.212.69"
    assert '"Value":500.00' in received.body
    ledger = live.get("/simulator/ledger")
    assert [row["receipt"] for row in ledger["receipts"]] == [done["receipt"]]
    assert sum(ledger["balances"].values()) == 0


@pytest.mark.parametrize("status", [500, 302])
def test_a_callback_is_posted_once_whatever_is_answered(live: Live, status: int) -> None:
    live.receiver.replies["/callback"] = (status, "no")
    live.post(PAYER, {"auto": "pay"})
    live.push()
    assert live.event("callback_delivered")["status"] == status
    live.post("/simulator/clock", {"advance_ms": 3_600_000})
    assert [received.path for received in live.receiver.received] == ["/callback"]


def test_a_callback_that_cannot_be_delivered_is_an_event(live: Live) -> None:
    live.post(PAYER, {"auto": "pay"})
    live.push(CallBackURL="http://127.0.0.1:1/nobody")
    failed = live.event("callback_failed")
    assert failed["status"] is None
    assert failed["error"]


def test_the_answer_is_out_before_the_prompt_acts(live: Live) -> None:
    live.post(PAYER, {"auto": "pay"})
    checkout_request_id = live.push()
    live.event("callback_delivered", about=checkout_request_id)
    kinds = [event["kind"] for event in live.get("/simulator/events")]
    assert kinds.index("request") < kinds.index("prompt_shown") < kinds.index("paid")


def test_a_callback_can_be_out_before_the_answer(live: Live) -> None:
    live.post(
        "/simulator/scenarios",
        {"match": {"next": True}, "faults": [{"kind": "callback_before_response"}]},
    )
    live.push()
    assert len(live.receiver.received) == 1


def test_an_accepted_push_can_lose_its_answer(live: Live) -> None:
    live.post("/simulator/scenarios", {"match": {"next": True}, "faults": [{"kind": "drop"}]})
    with pytest.raises(requests.ConnectionError):
        live.push()
    pushes = live.get("/simulator/pushes")["pushes"]
    assert len(pushes) == 1
    assert live.post(PAYER + "/pin", {"pin": "1234"})["result_code"] == "0"
    [logged] = live.get("/simulator/requests", api="stk_push")["requests"]
    assert logged["dropped"] is True
    assert logged["accepted"] is True


def test_a_push_dropped_unprocessed_never_happened(live: Live) -> None:
    live.post(
        "/simulator/scenarios",
        {"match": {"next": True}, "faults": [{"kind": "drop_unprocessed"}]},
    )
    with pytest.raises(requests.ConnectionError):
        live.push()
    assert live.get("/simulator/pushes")["pushes"] == []


def test_a_held_answer_comes_when_its_time_has_come(live: Live) -> None:
    live.post("/simulator/clock", {"frozen": True})
    live.post(
        "/simulator/scenarios",
        {"match": {"next": True}, "faults": [{"kind": "delay", "delay_ms": 30_000}]},
    )
    body = live.push_body()
    token = live.token()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            requests.post,
            live.url + "/mpesa/stkpush/v1/processrequest",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
        )
        live.event("prompt_shown")
        live.post("/simulator/clock", {"advance_ms": 29_999})
        assert not waiting.done()
        live.post("/simulator/clock", {"advance_ms": 1})
        assert waiting.result(TIMEOUT_S).json()["ResponseCode"] == "0"


def test_twenty_copies_arrive(live: Live) -> None:
    live.post(PAYER, {"auto": "pay"})
    live.post(
        "/simulator/scenarios",
        {"match": {"next": True}, "faults": [{"kind": "callback_copies", "copies": 20}]},
    )
    checkout_request_id = live.push()
    after = 0
    for _ in range(20):
        event = live.event("callback_delivered", after=after, about=checkout_request_id)
        after = event["number"]
    assert len({received.body for received in live.receiver.received}) == 1
    assert len(live.receiver.received) == 20


def test_a_frozen_clock_fires_what_becomes_due_and_nothing_else(live: Live) -> None:
    live.post("/simulator/clock", {"now_ms": 1_795_248_000_000, "frozen": True})
    live.push()
    live.event("prompt_shown")
    live.post("/simulator/clock", {"advance_ms": 59_999})
    assert live.get(PAYER)["prompt"] is not None
    live.post("/simulator/clock", {"advance_ms": 1})
    assert live.get(PAYER)["prompt"] is None
    live.event("callback_delivered")
    assert '"ResultCode":1037' in live.receiver.received[0].body


def test_a_running_clock_fires_delayed_work_by_itself(live: Live) -> None:
    live.post(PAYER, {"auto": "cancel", "delay_ms": 30})
    live.push()
    live.event("callback_delivered")
    assert '"ResultCode":1032' in live.receiver.received[0].body


def test_a_forged_body_goes_to_any_url_and_tells_how_it_was_received(live: Live) -> None:
    checkout_request_id = live.push()
    live.receiver.replies["/other"] = (404, "no")
    forged = {"Body": {"stkCallback": {"ResultCode": 0}}}
    sent = live.post(
        f"/simulator/callbacks/{checkout_request_id}/send",
        {"url": live.receiver.url + "/other", "body": forged, "copies": 3},
    )
    assert [delivery["status"] for delivery in sent["deliveries"]] == [404, 404, 404]
    assert json.loads(live.receiver.received[0].body) == forged
    assert live.get("/simulator/ledger")["receipts"] == []


def test_a_callback_can_be_delivered_again_with_any_code_or_as_raw_text(live: Live) -> None:
    live.post(PAYER, {"auto": "pay"})
    checkout_request_id = live.push()
    live.event("callback_delivered")
    path = f"/simulator/callbacks/{checkout_request_id}/send"
    live.post(path)
    live.post(path, {"code": "1037"})
    live.post(path, {"text": "<html>"})
    first, again, failed, raw = (received.body for received in live.receiver.received)
    assert again == first
    assert '"ResultCode":1037' in failed
    assert raw == "<html>"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/simulator/scenarios", {}, "match"),
        ("/simulator/scenarios", {"match": {}, "faults": []}, "match"),
        ("/simulator/scenarios", {"match": {"next": True}, "faults": []}, "faults"),
        (
            "/simulator/scenarios",
            {"match": {"next": True}, "faults": [{"kind": "magic"}]},
            "faults[0].kind",
        ),
        (
            "/simulator/scenarios",
            {"match": {"next": True}, "faults": [{"kind": "callback_late"}]},
            "faults[0].delay_ms",
        ),
        (
            "/simulator/scenarios",
            {"match": {"next": True}, "faults": [{"kind": "callback_late", "delay_ms": 1.5}]},
            "faults[0].delay_ms",
        ),
        ("/simulator/clock", {"advance_ms": -1}, "advance_ms"),
        ("/simulator/clock", {"advance_ms": 1, "now_ms": 1}, "advance_ms"),
        ("/simulator/switches", {"magic": True}, "magic"),
        ("/simulator/switches", {"c2b_twin": 1}, "c2b_twin"),
        ("/simulator/switches", {"query_in_flight": "never"}, "query_in_flight"),
        (PAYER, {"balance": True}, "balance"),
        (PAYER, {"auto": "magic"}, "auto"),
        (PAYER + "/pin", {}, "pin"),
        ("/simulator/reset", {"seed": "one"}, "seed"),
        ("/simulator/merchants", {"short_code": "12a45"}, "name"),
    ],
)
def test_control_input_is_checked_and_the_field_named(
    live: Live, path: str, body: dict[str, object], field: str
) -> None:
    reply = live.http.post(live.url + path, json=body, timeout=TIMEOUT_S)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert set(error) == {"code", "message", "field"}
    assert error["field"] == field


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", PAYER + "/pin", 404, "not_found"),
        ("GET", "/simulator/phones/0700000001", 404, "not_found"),
        ("POST", "/simulator/callbacks/ws_CO_1/send", 404, "not_found"),
        ("GET", "/simulator/nothing", 404, "not_found"),
        ("DELETE", "/simulator/ledger", 404, "not_found"),
    ],
)
def test_what_does_not_exist_is_404_in_the_same_shape(
    live: Live, method: str, path: str, status: int, code: str
) -> None:
    body = {"pin": "1234"} if path.endswith("/pin") else None
    reply = live.http.request(method, live.url + path, json=body, timeout=TIMEOUT_S)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_a_control_body_that_is_not_json_is_400(live: Live) -> None:
    reply = live.http.post(live.url + "/simulator/reset", data="junk", timeout=TIMEOUT_S)
    assert reply.json()["error"]["code"] == "invalid_json"


def test_a_reset_starts_over_with_the_same_ids(live: Live) -> None:
    live.post("/simulator/clock", {"now_ms": 1_795_248_000_000, "frozen": True})
    first = live.push()
    live.post("/simulator/reset")
    assert live.get("/simulator/clock")["frozen"] is False
    live.post("/simulator/clock", {"now_ms": 1_795_248_000_000, "frozen": True})
    assert live.get("/simulator/pushes")["pushes"] == []
    assert live.push() == first


def test_events_wait_no_longer_than_asked(live: Live) -> None:
    assert live.get("/simulator/events", kind="paid", wait_ms=20) == []


def test_environment_and_options_decide_the_keys(loop: Loop) -> None:
    server = loop.run(
        start_simulator(
            environment={"DARAJA_SHORT_CODE": "654321", "DARAJA_PASSKEY": "from-environment"},
            given={"passkey": "from-options"},
        )
    )
    known = requests.get(
        f"http://127.0.0.1:{server.port}/simulator/credentials", timeout=TIMEOUT_S
    ).json()
    loop.run(server.stop())
    assert (known["short_code"], known["passkey"]) == ("654321", "from-options")


def test_the_page_is_served(live: Live) -> None:
    for path in ("/", "/simulator-page/phone.css", "/simulator-page/phone.js"):
        assert live.http.get(live.url + path, timeout=TIMEOUT_S).status_code == 200


def test_a_reset_ends_an_answer_that_is_held(live: Live) -> None:
    live.post("/simulator/clock", {"frozen": True})
    live.post(
        "/simulator/scenarios",
        {"match": {"next": True}, "faults": [{"kind": "delay", "delay_ms": 30_000}]},
    )
    body, token = live.push_body(), live.token()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            requests.post,
            live.url + "/mpesa/stkpush/v1/processrequest",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
        )
        live.event("prompt_shown")
        live.post("/simulator/reset")
        assert waiting.result(TIMEOUT_S).status_code == 200


def test_those_who_wait_for_events_see_a_reset(live: Live) -> None:
    last = live.get("/simulator/events")[-1]["number"]
    live.push()
    live.post("/simulator/reset")
    assert [event["kind"] for event in live.get("/simulator/events", after=last + 1)] == ["started"]


def test_deeply_nested_json_is_an_invalid_payload(live: Live) -> None:
    path = "/mpesa/stkpush/v1/processrequest"
    reply = live.http.post(
        live.url + path,
        data="[" * 100_000,
        headers={"Authorization": f"Bearer {live.token()}", "Content-Type": "application/json"},
        timeout=TIMEOUT_S,
    )
    assert reply.json()["errorCode"] == "400.002.05"


def test_a_payment_by_hand_is_validated_and_confirmed_over_http(live: Live) -> None:
    known = live.get("/simulator/credentials")
    live.post("/simulator/switches", {"c2b_validation": True})
    urls = {
        "ShortCode": known["short_code"],
        "ResponseType": "Cancelled",
        "ConfirmationURL": live.receiver.url + "/confirm",
        "ValidationURL": live.receiver.url + "/validate",
    }
    assert live.daraja("/mpesa/c2b/v2/registerurl", urls).status_code == 200
    live.receiver.replies["/validate"] = (200, '{"ResultCode":"0","ResultDesc":"Accepted"}')
    done = live.post(
        PAYER + "/pay",
        {"short_code": known["short_code"], "amount": 50, "account_reference": "MTR001"},
    )
    assert done["state"] == "validating"
    live.event("paid")
    live.event("callback_delivered", after=live.event("paid")["number"], about=done["receipt"])
    assert [received.path for received in live.receiver.received] == ["/validate", "/confirm"]


def test_another_merchant_can_charge(live: Live) -> None:
    added = live.post(
        "/simulator/merchants", {"short_code": "555111", "name": "ESTATE", "passkey": "p"}
    )
    assert added["kind"] == "paybill"
    timestamp = live.timestamp()
    password = base64.b64encode(f"555111p{timestamp}".encode()).decode()
    live.push(BusinessShortCode="555111", PartyB="555111", Password=password, Timestamp=timestamp)
    assert "ESTATE" in live.event("prompt_shown")["text"]


def test_a_client_that_never_answers_is_given_up(live: Live, loop: Loop) -> None:
    server = loop.run(start_simulator(callback_timeout_s=0.05))
    slow = Live(f"http://{server.host}:{server.port}", live.receiver)
    slow.push(CallBackURL=live.receiver.url + "/silent")
    slow.post(PAYER + "/cancel")
    failed = slow.event("callback_failed")
    slow.http.close()
    loop.run(server.stop())
    assert "Timeout" in failed["error"]
    assert failed["status"] is None
