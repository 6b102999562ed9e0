"""What goes on when a meter has answered a command, by the kind that its sender named."""

from __future__ import annotations

from lipamita.use_cases.notice_command import FollowUps

FOLLOW_UPS: FollowUps = {}
