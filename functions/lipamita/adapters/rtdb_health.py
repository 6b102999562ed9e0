"""``health`` in the database, and bounded looks at the queues."""

from __future__ import annotations

from collections.abc import Callable

from firebase_admin import App
from firebase_admin.exceptions import FirebaseError

from lipamita.adapters import log as logging
from lipamita.adapters.access_token import MAIN_PATH as TOKEN_PATH
from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes, found_by
from lipamita.domain.health import Health, Queue, QueueSize, Sign
from lipamita.domain.notice import NoticeStatus
from lipamita.domain.schedule import FIRST_IN_LINE_MS, URGENT_MS
from lipamita.domain.units import MINUTE_MS, Millis
from lipamita.domain.work_queue import FIRST_PLACE
from lipamita.use_cases.health_ports import TokenTimes

NOTED_EVERY_MS = MINUTE_MS  # one small write a minute and process, however many payments there are
MAX_DETAIL = 200
# By status, and the field that says since when.
_BY_STATUS = {
    Queue.REVIEWS: ("reviews", "open", "raised_at"),
    Queue.NOTICES: ("notices", NoticeStatus.WAITING.value, "created_at"),
    Queue.NOTICES_GIVEN_UP: ("notices", NoticeStatus.GIVEN_UP.value, "created_at"),
}
# By its place in its queue, due or not; what was assigned keeps it until its money is placed.
_BY_PLACE = {
    Queue.SUSPENSE: ("suspense", "received_at"),
    Queue.REFUNDS: ("refunds", "timestamp"),
}
_BY_DUE_TIME = {Queue.DUE_PAYMENTS: "transactions", Queue.DUE_CONFIRMATIONS: "confirmations"}


class RtdbHealth(RtdbNodes):
    """Implements use_cases.health_ports.HealthStore."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self._noted_ms: dict[Sign, int] = {}

    def sign_of_life(self, sign: Sign, now_ms: Millis) -> dict[str, object]:
        """The change that remembers the sign, for a write that is made anyway; often none.

        Two threads may both write it: it only says when.
        """
        if now_ms - self._noted_ms.get(sign, 0) < NOTED_EVERY_MS:
            return {}
        self._noted_ms[sign] = now_ms
        return {f"health/{sign.value}_at": now_ms}

    def note_sign(self, sign: Sign, *, now_ms: Millis, detail: str | None = None) -> None:
        changes = self.sign_of_life(sign, now_ms)
        if not changes:
            return
        if detail is not None:
            changes[f"health/{sign.value}"] = detail[:MAX_DETAIL]
        try:
            self.at("/").update(changes)
        except FirebaseError as error:  # who notes a sign is busy with money
            logging.sign_not_noted(sign, error)

    def read_health(self) -> Health:
        fields = Fields.of("health", self.at("health").get() or {})
        seen = {sign: fields.optional_whole(f"{sign.value}_at") for sign in Sign}
        return Health(
            seen_ms={sign: Millis(at_ms) for sign, at_ms in seen.items() if at_ms is not None},
            token_failure=fields.optional_text(Sign.TOKEN_FAILURE.value),
        )

    def measure_queue(self, queue: Queue, *, now_ms: Millis, limit: int) -> QueueSize:
        if queue in _BY_STATUS:
            path, status, since = _BY_STATUS[queue]
            query = self.at(path).order_by_child("status").equal_to(status).limit_to_first(limit)
            return _size(query.get(), lambda node: node.get(since))
        if queue in _BY_PLACE:
            path, since = _BY_PLACE[queue]
            places = self.at(path).order_by_child("waiting").start_at(FIRST_PLACE)
            return _size(places.limit_to_first(limit).get(), lambda node: node.get(since))
        if queue is Queue.DUE_METERS:
            found = self.due_nodes("meters", now_ms=now_ms, limit=limit, by="next_look_at")
            return _size(found, lambda node: node.get("next_look_at"))
        found = self.due_nodes(_BY_DUE_TIME[queue], now_ms=now_ms, limit=limit)
        return _size(found, lambda node: _due_since(node, now_ms))

    def count_silent_meters(self, *, before_ms: Millis, limit: int) -> int:
        found = found_by(
            self.at("meters")
            .order_by_child("status/last_seen")
            .start_at(1)  # a meter that never reported is not installed yet
            .end_at(before_ms)
            .limit_to_first(limit)
        )
        return len(found)

    def read_token_times(self) -> TokenTimes:
        times = {
            name: self.at(f"{TOKEN_PATH}/{name}").get() for name in ("fetched_at", "expires_at")
        }
        return TokenTimes(
            fetched_at_ms=_millis(times["fetched_at"]), expires_at_ms=_millis(times["expires_at"])
        )


def _size(found: object, since: Callable[[dict[str, object]], object]) -> QueueSize:
    nodes = list(found.values()) if isinstance(found, dict) else []
    times = [since(node) for node in nodes if isinstance(node, dict)]
    known = [at_ms for at_ms in times if isinstance(at_ms, int)]
    return QueueSize(count=len(nodes), oldest_ms=Millis(min(known)) if known else None)


def _due_since(node: dict[str, object], now_ms: Millis) -> object:
    """What is first in line was put there 30 days back, see domain.schedule."""
    due_ms = node.get("next_check_at")
    if isinstance(due_ms, int) and due_ms < now_ms - URGENT_MS:
        return due_ms + FIRST_IN_LINE_MS
    return due_ms


def _millis(value: object) -> Millis | None:
    return Millis(value) if isinstance(value, int) else None
