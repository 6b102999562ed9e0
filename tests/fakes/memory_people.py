"""People in memory: profiles, staff, and the accounts behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lipamita.domain.consumption import Hours, Span
from lipamita.domain.errors import BusyError
from lipamita.domain.identity import Account, StaffMember
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Meter, Role
from lipamita.domain.units import SECOND_MS, Millis
from lipamita.use_cases.identity_ports import MAX_PUSH_TOKENS, MAX_STAFF, Profile

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryPeople(MemoryNodes):
    """Implements use_cases.identity_ports.PeopleStore within the memory store."""

    profiles: dict[Uid, dict[str, object]] = field(default_factory=dict)
    staff: dict[Uid, StaffMember] = field(default_factory=dict)
    hours: dict[MeterId, dict[str, dict[int, int]]] = field(default_factory=dict)
    apps: dict[Uid, dict[str, str]] = field(default_factory=dict)
    meters: dict[MeterId, Meter] = field(default_factory=dict)

    def read_profile(self, uid: Uid) -> Profile | None:
        node = self.profiles.get(uid)
        if node is None:
            return None
        switches = node.get("notifications")

        def text(name: str) -> str | None:
            value = node.get(name)
            return value if isinstance(value, str) else None

        return Profile(
            name=text("name"),
            email=text("email"),
            phone_number=text("phone_number"),
            meter_no=text("meter_no"),
            language=text("language"),
            notifications=dict(switches) if isinstance(switches, dict) else {},
        )

    def update_profile(self, uid: Uid, changes: Mapping[str, object]) -> None:
        self._write(
            f"users/{uid}",
            lambda: self.profiles.update({uid: {**self.profiles.get(uid, {}), **changes}}),
        )

    def read_hours(self, meter_id: MeterId, span: Span) -> Hours:
        days = {day.isoformat() for day in span.days()}
        return {day: row for day, row in self.hours.get(meter_id, {}).items() if day in days}

    def read_snapshot(self, path: str) -> object:
        root, _, key = path.partition("/")
        if root == "staff" and Uid(key) in self.staff:
            return {"role": self.staff[Uid(key)].role.value}
        return self.profiles.get(Uid(key)) if root == "users" else None

    def put_staff(self, member: StaffMember) -> None:
        self._write(f"staff/{member.uid}", lambda: self.staff.update({member.uid: member}))

    def remove_staff(self, uid: Uid) -> None:
        left = {key: member for key, member in self.staff.items() if key != uid}
        self._write(f"staff/{uid}", lambda: setattr(self, "staff", left))

    def list_staff(self) -> Sequence[StaffMember]:
        return [self.staff[uid] for uid in sorted(self.staff)][:MAX_STAFF]

    def put_push_token(self, uid: Uid, token_id: str, token: str, *, now_ms: Millis) -> None:
        kept = dict(list(self.apps.get(uid, {}).items())[-(MAX_PUSH_TOKENS - 1) :])
        self._write(
            f"push_tokens/{uid}", lambda: self.apps.update({uid: {**kept, token_id: token}})
        )

    def push_tokens(self, uid: Uid) -> Mapping[str, str]:
        return dict(self.apps.get(uid, {}))

    def remove_push_token(self, uid: Uid, token_id: str) -> None:
        left = {key: token for key, token in self.apps.get(uid, {}).items() if key != token_id}
        self._write(f"push_tokens/{uid}", lambda: self.apps.update({uid: left}))

    def unbind_device(self, meter_id: MeterId, device_uid: Uid) -> None:
        meter = self.meters[meter_id]
        if meter.device_uid == device_uid:
            changed = replace(meter, device_uid=None)
            self._write(f"meters/{meter_id}", lambda: self.meters.update({meter_id: changed}))


@dataclass
class FakeAccounts:
    """Implements use_cases.identity_ports.Accounts.

    Whoever is not known has an account in good standing with the role that the uid begins with
    (operator-..., admin-..., device-...), so that a test names only the people it is about.
    """

    known: dict[Uid, Account] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    now_ms: Callable[[], Millis] = lambda: Millis(0)
    reachable: bool = True

    def read_account(self, uid: Uid) -> Account | None:
        self._reach()
        if uid in self.missing:
            return None
        named = {"operator": Role.OPERATOR, "admin": Role.ADMIN, "device": Role.METER}
        role = named.get(uid.partition("-")[0], Role.TENANT)
        fresh = Account(uid=uid, role=role, disabled=False, valid_since_ms=Millis(0))
        return self.known.get(uid, fresh)

    def find_account(self, who: str) -> Account | None:
        for account in self.known.values():
            if who in (account.email, account.msisdn):
                return account
        return None if "@" in who else self.read_account(Uid(who))

    def set_role(self, uid: Uid, role: Role | None) -> None:
        self._change(uid, lambda account: replace(account, role=role or Role.TENANT))

    def revoke_sessions(self, uid: Uid) -> None:
        since_ms = Millis(self.now_ms() // SECOND_MS * SECOND_MS)
        self._change(uid, lambda account: replace(account, valid_since_ms=since_ms))

    def _change(self, uid: Uid, change: Callable[[Account], Account]) -> None:
        account = self.read_account(uid)
        assert account is not None, uid
        self.known[uid] = change(account)

    def _reach(self) -> None:
        if not self.reachable:
            raise BusyError("busy", "identities cannot be checked just now; try again")
