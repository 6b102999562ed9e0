"""What claiming a meter needs from the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lipamita.domain.claim import Claim
from lipamita.domain.errors import ConfigurationError
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.units import Millis
from lipamita.use_cases.records import Versioned


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceNetwork:
    """Where a board finds its database and signs in. ``auth_url`` is empty for Google's own."""

    database_url: str
    database_namespace: str  # empty where the host name says it
    auth_url: str
    api_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAccount:
    """The account of a board. The password is never logged."""

    uid: Uid
    email: str
    password: str
    meter_id: MeterId


class ClaimStore(Protocol):
    """``claims`` and ``meters/{meter_id}/device_uid``."""

    def read_claim(self, meter_id: MeterId) -> Versioned[Claim | None]:
        """The last claim of that meter."""
        ...

    def replace_claim(self, meter_id: MeterId, old: Versioned[Claim | None], new: Claim) -> bool:
        """Compare-and-set; False if anybody wrote since ``old`` was read."""
        ...

    def put_device(
        self, meter_id: MeterId, former: Uid | None, new: Uid, *, since_ms: Millis
    ) -> bool:
        """Name the meter's board if it is ``former`` or already ``new``; False if it is neither.

        What the former board said of its own starts is forgotten.
        """
        ...


class Devices(Protocol):
    """The accounts of boards, and where boards find us."""

    def network(self) -> DeviceNetwork:
        """Addresses and the key to sign in with. Raises ConfigurationError."""
        ...

    def put_account(self, account: DeviceAccount) -> None:
        """Create, or give the password again, by uid; claims role and meter_id.

        Raises BusyError while accounts cannot be reached.
        """
        ...

    def shut_out(self, uid: Uid) -> None:
        """Disable the account and revoke its tokens; nothing happens if there is none.

        Raises BusyError while accounts cannot be reached.
        """
        ...


class ClaimLog(Protocol):
    """Log lines about claims; codes, keys and passwords never get this far."""

    def claim_created(self, meter_id: MeterId, claim: Claim) -> None: ...

    def claim_taken(self, meter_id: MeterId, claim: Claim) -> None: ...

    def claim_refused(self, meter_id: MeterId, why: str, remote_address: str) -> None: ...

    def claim_completed(self, meter_id: MeterId, claim: Claim) -> None: ...


class NoDevices:
    """Implements Devices where no board can be provisioned: every call says so."""

    def network(self) -> DeviceNetwork:
        raise _not_set_up()

    def put_account(self, account: DeviceAccount) -> None:  # noqa: ARG002 - the port has it
        raise _not_set_up()

    def shut_out(self, uid: Uid) -> None:  # noqa: ARG002 - the port has it
        raise _not_set_up()


def _not_set_up() -> ConfigurationError:
    return ConfigurationError("configuration", "boards cannot be provisioned here")
