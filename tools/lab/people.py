"""People and programs that call the public HTTP edges."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT_S = (3, 70)
API_KEY = "demo-key"  # any key serves the emulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody signed in, and the address they use."""

    uid: str
    id_token: str
    base_url: str

    def ask_to_pay(
        self,
        meter_id: str,
        amount_kes: int,
        phone_number: str,
        *,
        idempotency_key: str | None = None,
    ) -> requests.Response:
        """POST /daraja/stk-push."""
        return requests.post(
            f"{self.base_url}/daraja/stk-push",
            json={"meter_id": meter_id, "amount": amount_kes, "phone_number": phone_number},
            headers={
                "Authorization": f"Bearer {self.id_token}",
                "Idempotency-Key": idempotency_key or secrets.token_hex(16),
            },
            timeout=TIMEOUT_S,
        )

    def get(self, path: str) -> requests.Response:
        """GET a path of the API."""
        return requests.get(
            self.base_url + path,
            headers={"Authorization": f"Bearer {self.id_token}"},
            timeout=TIMEOUT_S,
        )

    def post(self, path: str, body: object, *, key: str | None = None) -> requests.Response:
        """POST JSON to a path of the API, with an Idempotency-Key where one is given."""
        named = {} if key is None else {"Idempotency-Key": key}
        return requests.post(
            self.base_url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.id_token}", **named},
            timeout=TIMEOUT_S,
        )

    def payment(self, transaction_id: str) -> Any:
        """GET /api/payments/{transaction_id}, which must answer 200."""
        answer = self.get(f"/api/payments/{transaction_id}")
        answer.raise_for_status()
        return answer.json()


def sign_in(auth_url: str, base_url: str, email: str, password: str) -> Person:
    """Sign in as a browser or a meter does."""
    answer = requests.post(
        f"{auth_url}/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword",
        params={"key": API_KEY},
        json={"email": email, "password": password, "returnSecureToken": True},
        timeout=TIMEOUT_S,
    )
    answer.raise_for_status()
    account = answer.json()
    return Person(uid=account["localId"], id_token=account["idToken"], base_url=base_url)
