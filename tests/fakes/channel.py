"""A channel that keeps what it was told, and answers as it was set to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lipamita.domain.notice import Notice, NoticeAnswer, NoticeOutcome
from lipamita.domain.units import Millis


@dataclass
class FakeChannel:
    """Implements use_cases.notice_ports.Notifier."""

    outcome: NoticeOutcome = NoticeOutcome.DELIVERED
    told: list[Notice] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    def tell(self, notice: Notice, *, now_ms: Millis) -> NoticeAnswer:
        self.told.append(notice)
        self.during()
        return NoticeAnswer(outcome=self.outcome, why=f"at {now_ms}")
