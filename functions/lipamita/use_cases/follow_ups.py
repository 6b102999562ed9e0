"""What goes on when a meter has answered a command, by the kind that its sender named."""

from __future__ import annotations

from lipamita.domain.command import CommandResult
from lipamita.domain.ids import TransactionId
from lipamita.domain.refund import RefundId
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.fulfil import fulfil
from lipamita.use_cases.notice_command import FollowUps
from lipamita.use_cases.restore_meter import RESTORED, restored
from lipamita.use_cases.take_adjusted import ADJUSTMENT
from lipamita.use_cases.withdraw_energy import FOLLOW_UP
from lipamita.use_cases.world import World


def _refund(refund_id: str, _: CommandResult, world: World) -> None:
    advance_refund(RefundId(refund_id), world)


def _adjustment(transaction_id: str, _: CommandResult, world: World) -> None:
    read = world.store.read_payment(TransactionId(transaction_id))
    if read is not None:
        fulfil(read.value, world)


FOLLOW_UPS: FollowUps = {FOLLOW_UP: _refund, ADJUSTMENT: _adjustment, RESTORED: restored}
