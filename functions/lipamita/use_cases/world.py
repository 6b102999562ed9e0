"""Everything a use case may touch, in one value: ports, secrets and policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lipamita.domain.customer_notice import QuietHours
from lipamita.domain.ids import RandomBytes, TransactionId, path_key
from lipamita.domain.merchants import ONE_MERCHANT, Merchants
from lipamita.domain.schedule import UnverifiedPolicy
from lipamita.use_cases.audit_ports import AuditTrail
from lipamita.use_cases.claim_ports import Devices, NoDevices
from lipamita.use_cases.identity_ports import Accounts
from lipamita.use_cases.log_ports import Log
from lipamita.use_cases.notice_ports import Notifier
from lipamita.use_cases.ports import Clock, Daraja, Store
from lipamita.use_cases.record_ports import Record
from lipamita.use_cases.refund_ports import MoneyOut
from lipamita.use_cases.vend_ports import VendingCloud


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports of one process. Secrets are held here and never logged."""

    store: Store
    daraja: Daraja
    accounts: Accounts
    record: Record
    audit: AuditTrail
    clock: Clock
    random_bytes: RandomBytes
    log: Log
    callback_secret: str
    device_master_secret: str
    public_base_url: str
    unverified_policy: UnverifiedPolicy
    money_out: MoneyOut | None = None
    vending: VendingCloud | None = None
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)  # channels by name
    alarm_channels: tuple[str, ...] = ()
    merchants: Merchants = ONE_MERCHANT
    customer_channels: tuple[str, ...] = ()
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    devices: Devices = field(default_factory=NoDevices)

    def callback_url(self, transaction_id: TransactionId) -> str:
        """Where Safaricom reports this payment, and nobody else can."""
        key = path_key(self.callback_secret, transaction_id)
        return f"{self.public_base_url}/daraja/callback/{transaction_id}/{key}"
