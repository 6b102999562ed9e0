"""What happened, for tests to read: events in order, API requests, and notifications sent.

Each list is bounded; the oldest go first. Numbers start at 1 and never repeat until a reset.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

MAX_EVENTS = 20_000
MAX_REQUESTS = 20_000
MAX_DELIVERIES = 20_000

Entry = TypeVar("Entry")

SECRET_FIELDS = frozenset({"Password", "SecurityCredential", "access_token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a client is to be told.

    what: stk_callback, c2b_validation, c2b_confirmation, result, queue_timeout.
    about: a CheckoutRequestID, receipt or ConversationID.
    """

    what: str
    about: str
    url: str
    text: str
    short_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a POST ended: a status and body, or an error."""

    status: int | None
    body: str
    error: str | None
    duration_ms: int


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One POST of a notice, and how it went."""

    number: int
    notice: Notice
    headers: Mapping[str, str]
    at_ms: int
    outcome: Outcome | None = None

    def to_json(self) -> dict[str, object]:
        """The shape of GET /simulator/deliveries."""
        return {
            "delivery": self.number,
            "at_ms": self.at_ms,
            "what": self.notice.what,
            "about": self.notice.about,
            "url": self.notice.url,
            "text": self.notice.text,
            "headers": dict(self.headers),
            "status": self.outcome.status if self.outcome else None,
            "error": self.outcome.error if self.outcome else None,
            "duration_ms": self.outcome.duration_ms if self.outcome else None,
        }


class _Log(Generic[Entry]):
    """Entries numbered from 1; of those beyond twice `limit` the older half is forgotten."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: list[Entry] = []
        self._forgotten = 0

    @property
    def last(self) -> int:
        return self._forgotten + len(self._entries)

    def add(self, entry: Entry) -> None:
        if len(self._entries) >= 2 * self._limit:
            del self._entries[: self._limit]
            self._forgotten += self._limit
        self._entries.append(entry)

    def since(self, number: int) -> list[Entry]:
        return self._entries[max(0, number - self._forgotten) :]


class Journal:
    """Events, requests and deliveries, newest last."""

    def __init__(self) -> None:
        self._events: _Log[dict[str, object]] = _Log(MAX_EVENTS)
        self._requests: _Log[dict[str, object]] = _Log(MAX_REQUESTS)
        self._deliveries: _Log[Delivery] = _Log(MAX_DELIVERIES)

    @property
    def last_event(self) -> int:
        """The number of the newest event, 0 when there is none."""
        return self._events.last

    def event(self, kind: str, at_ms: int, **fields: object) -> None:
        """Record that something happened."""
        self._events.add({"number": self._events.last + 1, "at_ms": at_ms, "kind": kind, **fields})

    def events(self, after: int, kind: str | None, about: str | None) -> list[dict[str, object]]:
        """Events numbered above `after`, of one kind or about one id when asked."""
        return [
            event
            for event in self._events.since(after)
            if (kind is None or event["kind"] == kind)
            and (about is None or about in event.values())
        ]

    def request(self, **fields: object) -> dict[str, object]:
        """Record an API request; the caller adds its answer to the returned record."""
        record: dict[str, object] = {"number": self._requests.last + 1, **fields}
        self._requests.add(record)
        return record

    def requests(self, after: int, api: str | None) -> list[dict[str, object]]:
        """Requests numbered above `after`, of one api when asked."""
        return [
            request
            for request in self._requests.since(after)
            if api is None or request["api"] == api
        ]

    def delivery(self, notice: Notice, headers: Mapping[str, str], at_ms: int) -> Delivery:
        """Record a notification that is about to be sent."""
        delivery = Delivery(
            number=self._deliveries.last + 1, notice=notice, headers=headers, at_ms=at_ms
        )
        self._deliveries.add(delivery)
        return delivery

    def deliveries(self, about: str | None) -> list[Delivery]:
        """Notifications, about one CheckoutRequestID, receipt or ConversationID when asked."""
        return [item for item in self._deliveries.since(0) if about in (None, item.notice.about)]


def without_secrets(body: object) -> object:
    """A body as it may be shown: the values of SECRET_FIELDS are gone."""
    if isinstance(body, Mapping):
        return {
            key: "(removed)" if key in SECRET_FIELDS else without_secrets(value)
            for key, value in body.items()
        }
    if isinstance(body, list):
        return [without_secrets(item) for item in body]
    return body
