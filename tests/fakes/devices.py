"""The accounts of boards, in memory; the process may die around each change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lipamita.domain.ids import Uid
from lipamita.use_cases.claim_ports import DeviceAccount, DeviceNetwork


@dataclass
class FakeDevices:
    """Implements use_cases.claim_ports.Devices."""

    before_change: Callable[[str], None] = lambda _: None
    after_change: Callable[[str], None] = lambda _: None
    accounts: dict[Uid, DeviceAccount] = field(default_factory=dict)
    shut: set[Uid] = field(default_factory=set)

    def network(self) -> DeviceNetwork:
        return DeviceNetwork(
            database_url="https://estate.europe-west1.firebasedatabase.app",
            database_namespace="",
            auth_url="",
            api_key="web-api-key",
        )

    def put_account(self, account: DeviceAccount) -> None:
        self.before_change("put_account")
        self.accounts[account.uid] = account
        self.shut.discard(account.uid)
        self.after_change("put_account")

    def shut_out(self, uid: Uid) -> None:
        self.before_change("shut_out")
        self.shut.add(uid)
        self.after_change("shut_out")
