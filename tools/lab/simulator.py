"""The Daraja simulator's control: phones, scenarios, its ledger as the judge, its events."""

from __future__ import annotations

from typing import Any

import requests

from tools.lab.process import LimitReachedError

TIMEOUT_S = (3, 70)
MAX_WAIT_MS = 60_000


class Simulator:
    """One running simulator."""

    def __init__(self, url: str) -> None:
        self.url = url

    def set_phone(self, msisdn: str, **settings: object) -> None:
        """balance, pin, auto, delay_ms, locked."""
        self._post(f"/simulator/phones/{msisdn}", settings)

    def enter_pin(self, msisdn: str, pin: str = "1234") -> Any:
        """The payer types a PIN: {checkout_request_id, result_code, receipt}."""
        return self._post(f"/simulator/phones/{msisdn}/pin", {"pin": pin})

    def cancel(self, msisdn: str) -> Any:
        """The payer dismisses the prompt."""
        return self._post(f"/simulator/phones/{msisdn}/cancel", {})

    def pay_by_hand(self, msisdn: str, **what: object) -> Any:
        """The payer uses the PayBill menu: short_code, amount, account_reference."""
        return self._post(f"/simulator/phones/{msisdn}/pay", what)

    def switch(self, **switches: object) -> None:
        """Change how M-Pesa behaves, see the simulator's README."""
        self._post("/simulator/switches", switches)

    def next_push(self, *faults: dict[str, object]) -> None:
        """What is to go wrong with the next push."""
        self._post("/simulator/scenarios", {"match": {"next": True}, "faults": list(faults)})

    def send_callback(self, checkout_request_id: str, **what: object) -> Any:
        """Deliver a callback again, or any body to any address; the deliveries."""
        answer = self._post(f"/simulator/callbacks/{checkout_request_id}/send", what)
        return answer["deliveries"]

    def credentials(self) -> dict[str, Any]:
        """All that a client needs."""
        credentials: dict[str, Any] = self._get("/simulator/credentials")
        return credentials

    def next_request(self, api: str, *faults: dict[str, object]) -> None:
        """What is to go wrong with the next request to that API of Daraja's."""
        match = {"next": True, "api": api}
        self._post("/simulator/scenarios", {"match": match, "faults": list(faults)})

    def receipts(self) -> list[dict[str, Any]]:
        """Every receipt M-Pesa issued."""
        receipts: list[dict[str, Any]] = self._get("/simulator/ledger")["receipts"]
        return receipts

    def requests(self, api: str) -> list[dict[str, Any]]:
        """Every call that reached one API of Daraja's."""
        calls: list[dict[str, Any]] = self._get("/simulator/requests", api=api)["requests"]
        return calls

    def wait_for(
        self, kind: str, *, about: str | None = None, after: int = 0, limit_s: float = 20.0
    ) -> dict[str, Any]:
        """The first event of that kind after number ``after``. Raises LimitReachedError."""
        wanted = {"kind": kind, **({"about": about} if about else {})}
        wait_ms = min(int(limit_s * 1_000), MAX_WAIT_MS)
        events = self._get("/simulator/events", after=after, wait_ms=wait_ms, **wanted)
        if not events:
            raise LimitReachedError(f"no event {kind} within {limit_s} s")
        first: dict[str, Any] = events[0]
        return first

    def last_event(self) -> int:
        """The number of the newest event."""
        return max((event["number"] for event in self._get("/simulator/events")), default=0)

    def _get(self, path: str, **params: object) -> Any:
        answer = requests.get(
            self.url + path, params={k: str(v) for k, v in params.items()}, timeout=TIMEOUT_S
        )
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: object) -> Any:
        answer = requests.post(self.url + path, json=body, timeout=TIMEOUT_S)
        if not answer.ok:
            raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()
