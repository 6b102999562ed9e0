"""Take a result in: check its secret path, store it raw, and say thank you.

Nothing is decided here, because Safaricom waits for the answer and does not send twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lipamita.domain.errors import NotFoundError
from lipamita.domain.ids import is_path_key
from lipamita.domain.money_out import ResultKind
from lipamita.domain.refund import RefundId
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.records import RawCallback
from lipamita.use_cases.send_money import result_label
from lipamita.use_cases.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPath:
    """Which attempt of which refund a path speaks of."""

    refund_id: RefundId
    attempt: int
    kind: ResultKind

    def as_timeout(self) -> ResultPath:
        """The same path's QueueTimeOut."""
        return replace(self, kind=ResultKind.TIMEOUT)

    @property
    def label(self) -> str:
        """What its key is made of."""
        return result_label(self.refund_id, self.attempt, self.kind)


def authenticate_result(label: str, key: str, remote_address: str, world: World) -> None:
    """Raises NotFoundError (unknown_path), after an alarm, for a key that is not this path's."""
    if is_path_key(world.callback_secret, label, key):
        return
    _alarm("forged_callback", f"wrong key for {label}, from {remote_address}", world)
    raise NotFoundError("unknown_path", "there is nothing at this address")


def record_result(path: ResultPath, raw: RawCallback, world: World) -> None:
    """Store what came in on the secret path, and make its refund due, in one write."""
    world.store.record_result(path.refund_id, path.attempt, path.kind, raw)
    world.log.result_recorded(path.refund_id, raw)


def result_too_large(label: str, remote_address: str, world: World) -> None:
    """A body above the limit came in on a secret path: it is not kept, but somebody must look."""
    _alarm("callback_too_large", f"result of {label}, from {remote_address}", world)


def _alarm(kind: str, detail: str, world: World) -> None:
    alarm = Alarm(kind=kind, detail=detail)
    world.store.raise_alarm(alarm, transaction_id=None, now_ms=world.clock())
