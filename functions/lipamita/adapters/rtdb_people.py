"""``users`` and ``staff`` in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.errors import UnreadableError
from lipamita.domain.identity import StaffMember
from lipamita.domain.ids import MeterId, Uid
from lipamita.domain.meter import Role
from lipamita.domain.units import Millis
from lipamita.use_cases.identity_ports import MAX_PUSH_TOKENS, MAX_STAFF, Profile


class RtdbPeople(RtdbNodes):
    """Implements use_cases.identity_ports.PeopleStore."""

    def read_profile(self, uid: Uid) -> Profile | None:
        path = f"users/{uid}"
        node = self.at(path).get()
        if node is None:
            return None
        fields = Fields.of(path, node)
        switches = fields.child("notifications").node
        return Profile(
            name=fields.optional_text("name"),
            email=fields.optional_text("email"),
            phone_number=fields.optional_text("phone_number"),
            meter_no=fields.optional_text("meter_no"),
            language=fields.optional_text("language"),
            notifications={kind: on for kind, on in switches.items() if isinstance(on, bool)},
        )

    def update_profile(self, uid: Uid, changes: Mapping[str, object]) -> None:
        self.at(f"users/{uid}").update(dict(changes))

    def put_staff(self, member: StaffMember) -> None:
        node = {
            "role": member.role.value,
            "email": member.email,
            "given_by": member.given_by,
            "given_at": member.given_at_ms,
            "why": member.why,
        }
        self.at(f"staff/{member.uid}").set({k: v for k, v in node.items() if v is not None})

    def remove_staff(self, uid: Uid) -> None:
        self.at(f"staff/{uid}").delete()

    def list_staff(self) -> Sequence[StaffMember]:
        node = self.at("staff").order_by_key().limit_to_first(MAX_STAFF).get()
        rows = Fields.of("staff", {"staff": node or {}}).children("staff")
        return [_member(Uid(uid), row) for uid, row in rows]

    def put_push_token(self, uid: Uid, token_id: str, token: str, *, now_ms: Millis) -> None:
        path = f"push_tokens/{uid}"
        standing = Fields.of(path, {"apps": self.at(path).get() or {}}).children("apps")
        by_age = sorted(standing, key=lambda row: row[1].whole_or("seen_at", 0))
        others = [key for key, _ in by_age if key != token_id]
        dropped = others[: max(0, len(others) + 1 - MAX_PUSH_TOKENS)]
        changes: dict[str, object] = dict.fromkeys(dropped)
        self.at(path).update({**changes, token_id: {"token": token, "seen_at": now_ms}})

    def push_tokens(self, uid: Uid) -> Mapping[str, str]:
        path = f"push_tokens/{uid}"
        rows = Fields.of(path, {"apps": self.at(path).get() or {}}).children("apps")
        return {key: row.text("token") for key, row in rows}

    def remove_push_token(self, uid: Uid, token_id: str) -> None:
        self.at(f"push_tokens/{uid}/{token_id}").delete()

    def unbind_device(self, meter_id: MeterId, device_uid: Uid) -> None:
        reference = self.at(f"meters/{meter_id}/device_uid")
        standing, tag = reference.get(etag=True)
        if standing == device_uid:
            # Losing to another writer means that a new device was bound meanwhile: it stays.
            reference.set_if_unchanged(tag, {})


def _member(uid: Uid, row: Fields) -> StaffMember:
    role = row.text("role")
    if role not in list(Role):
        raise UnreadableError("unreadable_node", f"{row.path}/role is no role")
    return StaffMember(
        uid=uid,
        role=Role(role),
        email=row.optional_text("email"),
        given_by=row.text("given_by"),
        given_at_ms=Millis(row.whole("given_at")),
        why=row.text("why"),
    )
