"""What goes on when a meter has answered a command, by the kind that its sender named."""

from __future__ import annotations

from lipamita.domain.command import CommandResult
from lipamita.domain.refund import RefundId
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.notice_command import FollowUps
from lipamita.use_cases.restore_meter import RESTORED, restored
from lipamita.use_cases.withdraw_energy import FOLLOW_UP
from lipamita.use_cases.world import World


def _refund(refund_id: str, _: CommandResult, world: World) -> None:
    advance_refund(RefundId(refund_id), world)


FOLLOW_UPS: FollowUps = {FOLLOW_UP: _refund, RESTORED: restored}
