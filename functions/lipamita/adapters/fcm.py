"""Push notices by Firebase Cloud Messaging, to every app that a person registered.

https://firebase.google.com/docs/cloud-messaging/manage-tokens: a token that is unregistered or of
another sender is good for nothing any more, and is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from firebase_admin import App
from firebase_admin.exceptions import FirebaseError, InvalidArgumentError

from lipamita.domain.ids import Uid
from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome
from lipamita.domain.units import Millis


class Sent(StrEnum):
    """What became of one message."""

    TAKEN = "taken"
    TOKEN_IS_DEAD = "token_is_dead"  # noqa: S105 (a word, no secret)
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage:
    """One message to one app. ``data`` lets the app drop what it has shown already."""

    token: str
    title: str
    body: str
    data: Mapping[str, str]


Send = Callable[[PushMessage], Sent]


class FcmNotifier:
    """Implements use_cases.notice_ports.Notifier for tenants' apps."""

    def __init__(
        self,
        *,
        send: Send,
        tokens_of: Callable[[Uid], Mapping[str, str]],
        forget: Callable[[Uid, str], None],
    ) -> None:
        self._send, self._tokens_of, self._forget = send, tokens_of, forget

    def tell(self, notice: Notice, *, now_ms: Millis) -> NoticeAnswer:  # noqa: ARG002
        """Send to each of the person's apps; one that takes it is enough."""
        recipient = notice.recipient
        tokens = self._tokens_of(recipient) if recipient else {}
        outcomes: list[Sent] = []
        for token_id, token in tokens.items():
            data = {"notice_id": notice.notice_id, "kind": notice.kind}
            if notice.transaction_id:
                data["transaction_id"] = notice.transaction_id
            sent = self._send(
                PushMessage(token=token, title=notice.title, body=notice.body, data=data)
            )
            if sent is Sent.TOKEN_IS_DEAD and recipient:
                self._forget(recipient, token_id)
            outcomes.append(sent)
        if Sent.TAKEN in outcomes:
            return NoticeAnswer(outcome=NoticeOutcome.DELIVERED)
        if Sent.FAILED in outcomes:
            return NoticeAnswer(outcome=NoticeOutcome.TRY_AGAIN, why="FCM did not take it")
        return NoticeAnswer(outcome=NoticeOutcome.REFUSED, why="no app is registered")


def firebase_send(app: App) -> Send:
    """Messages by the admin SDK, which is imported with the first one."""

    def send(message: PushMessage) -> Sent:
        from firebase_admin import messaging  # noqa: PLC0415 - costs its import only where used

        wire = messaging.Message(
            token=message.token,
            notification=messaging.Notification(title=message.title, body=message.body),
            data=dict(message.data),
        )
        try:
            messaging.send(wire, app=app)
        except (
            messaging.UnregisteredError,
            messaging.SenderIdMismatchError,
            InvalidArgumentError,
        ):
            return Sent.TOKEN_IS_DEAD
        except FirebaseError:
            return Sent.FAILED
        return Sent.TAKEN

    return send
