"""``notices`` and ``alarms`` in the database."""

from __future__ import annotations

from collections.abc import Sequence

from lipamita.adapters import log as logging
from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import INCREMENT_BY_ONE, RtdbNodes
from lipamita.domain.errors import UnreadableError
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.notice import AlarmCount, Notice, NoticeStatus
from lipamita.domain.units import Millis, day_eat
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.records import Versioned

RECENT_DAYS = 2
MAX_DETAIL = 500


class RtdbNotices(RtdbNodes):
    """Implements use_cases.notice_ports.NoticeStore, and raises alarms."""

    def raise_alarm(
        self, alarm: Alarm, *, transaction_id: TransactionId | None, now_ms: Millis
    ) -> None:
        logging.alarm(alarm, transaction_id)
        self.at(f"alarms/{day_eat(now_ms)}/{alarm.kind}").update(
            {
                "count": INCREMENT_BY_ONE,
                "last_at": now_ms,
                "last_detail": alarm.detail[:MAX_DETAIL],
                "last_transaction_id": transaction_id,
            }
        )

    def recent_alarms(self) -> Sequence[AlarmCount]:
        found = self.at("alarms").order_by_key().limit_to_last(RECENT_DAYS).get()
        days = Fields.of("alarms", found or {})
        return [
            _alarm_count(day, kind, fields)
            for day in sorted(days.node)
            for kind, fields in days.children(day)
        ]

    def mark_alarm_told(self, told: AlarmCount, *, now_ms: Millis) -> None:
        self.at(f"alarms/{told.day}/{told.kind}").update(
            {"noticed_count": told.count, "noticed_at": now_ms}
        )

    def create_notice(self, notice: Notice) -> None:
        self.create_if_absent(f"notices/{notice.notice_id}", notice_to_json(notice))

    def read_notice(self, notice_id: str) -> Versioned[Notice] | None:
        node, tag = self.at(f"notices/{notice_id}").get(etag=True)
        return None if node is None else Versioned(notice_from_json(notice_id, node), tag)

    def replace_notice(self, old: Versioned[Notice], new: Notice) -> bool:
        reference = self.at(f"notices/{new.notice_id}")
        written, _, _ = reference.set_if_unchanged(old.tag, notice_to_json(new))
        return bool(written)

    def due_notices(self, *, now_ms: Millis, limit: int) -> Sequence[str]:
        return self.due("notices", now_ms=now_ms, limit=limit)

    def postpone_notice(self, notice_id: str, next_check_at_ms: Millis | None) -> None:
        self.at(f"notices/{notice_id}").update({"next_check_at": next_check_at_ms})

    def forget_notices_of(self, uid: Uid, *, limit: int) -> int:
        query = self.at("notices").order_by_child("recipient").equal_to(uid)
        found = query.limit_to_first(limit).get() or {}
        if found:
            self.at("notices").update(dict.fromkeys(found))
        return len(found)


def notice_to_json(notice: Notice) -> dict[str, object]:
    """The node of a notice."""
    node: dict[str, object] = {
        "channel": notice.channel,
        "kind": notice.kind,
        "title": notice.title,
        "body": notice.body,
        "recipient": notice.recipient,
        "transaction_id": notice.transaction_id,
        "created_at": notice.created_at_ms,
        "expires_at": notice.expires_at_ms,
        "status": notice.status.value,
        "attempts": notice.attempts,
        "next_check_at": notice.next_check_at_ms,
        "closed_at": notice.closed_at_ms,
        "last_error": notice.last_error,
    }
    return {name: value for name, value in node.items() if value is not None}


def notice_from_json(notice_id: str, node: object) -> Notice:
    """The notice in that node. Raises UnreadableError."""
    fields = Fields.of(f"notices/{notice_id}", node)
    recipient, status = fields.optional_text("recipient"), fields.text("status")
    if status not in set(NoticeStatus):
        raise UnreadableError("unreadable_node", f"{fields.path}/status is {status!r}")
    return Notice(
        notice_id=notice_id,
        channel=fields.text("channel"),
        kind=fields.text("kind"),
        title=fields.text("title"),
        body=fields.text("body"),
        recipient=None if recipient is None else Uid(recipient),
        transaction_id=_transaction_id(fields, "transaction_id"),
        created_at_ms=Millis(fields.whole("created_at")),
        expires_at_ms=Millis(fields.whole("expires_at")),
        status=NoticeStatus(status),
        attempts=fields.whole_or("attempts", 0),
        next_check_at_ms=fields.optional_millis("next_check_at"),
        closed_at_ms=fields.optional_millis("closed_at"),
        last_error=fields.optional_text("last_error"),
    )


def _alarm_count(day: str, kind: str, fields: Fields) -> AlarmCount:
    return AlarmCount(
        day=day,
        kind=kind,
        count=fields.whole_or("count", 0),
        last_at_ms=Millis(fields.whole_or("last_at", 0)),
        last_detail=fields.optional_text("last_detail") or "",
        last_transaction_id=_transaction_id(fields, "last_transaction_id"),
        noticed_count=fields.whole_or("noticed_count", 0),
        noticed_at_ms=fields.optional_millis("noticed_at"),
    )


def _transaction_id(fields: Fields, name: str) -> TransactionId | None:
    value = fields.optional_text(name)
    return None if value is None else TransactionId(value)
