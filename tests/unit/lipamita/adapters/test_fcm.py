"""Push to every app of a person; dead tokens are forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from lipamita.adapters.fcm import FcmNotifier, PushMessage, Sent
from lipamita.domain.ids import Uid
from lipamita.domain.notice import NoticeOutcome

from tests.unit.lipamita.adapters.test_africas_talking import NOTICE, NOW

AMINA = Uid("tenant-amina")


@dataclass
class Apps:
    """What FCM would say of each token."""

    says: dict[str, Sent]
    tokens: dict[str, str] = field(default_factory=dict)
    got: list[PushMessage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = {f"id-{token}": token for token in self.says}

    def send(self, message: PushMessage) -> Sent:
        self.got.append(message)
        return self.says[message.token]

    def forget(self, _: Uid, token_id: str) -> None:
        del self.tokens[token_id]

    @property
    def notifier(self) -> FcmNotifier:
        return FcmNotifier(
            send=self.send, tokens_of=lambda _: dict(self.tokens), forget=self.forget
        )


@pytest.mark.parametrize(
    ("says", "outcome", "left"),
    [
        ({"a": Sent.TAKEN, "b": Sent.TAKEN}, NoticeOutcome.DELIVERED, 2),
        ({"a": Sent.TOKEN_IS_DEAD, "b": Sent.TAKEN}, NoticeOutcome.DELIVERED, 1),
        ({"a": Sent.FAILED, "b": Sent.TAKEN}, NoticeOutcome.DELIVERED, 2),
        ({"a": Sent.FAILED}, NoticeOutcome.TRY_AGAIN, 1),
        ({"a": Sent.TOKEN_IS_DEAD}, NoticeOutcome.REFUSED, 0),
        ({}, NoticeOutcome.REFUSED, 0),
    ],
)
def test_one_app_that_takes_it_is_enough(
    says: dict[str, Sent], outcome: NoticeOutcome, left: int
) -> None:
    apps = Apps(says)
    assert apps.notifier.tell(NOTICE, now_ms=NOW).outcome is outcome
    assert len(apps.tokens) == left


def test_an_app_can_tell_a_repeat_by_the_notices_id() -> None:
    apps = Apps({"a": Sent.TAKEN})
    apps.notifier.tell(NOTICE, now_ms=NOW)
    (message,) = apps.got
    assert message.data == {"notice_id": NOTICE.notice_id, "kind": "paid"}
    assert (message.title, message.body) == (NOTICE.title, NOTICE.body)
