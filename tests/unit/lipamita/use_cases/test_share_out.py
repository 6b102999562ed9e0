"""Work shared out among threads: all of it, once, in order with one worker, and bounded."""

from __future__ import annotations

import threading

import pytest
from lipamita.use_cases.share_out import share_out

ITEMS = tuple(range(100))
MEETING_LIMIT_S = 10


@pytest.mark.parametrize("workers", [1, 3, 8])
def test_every_item_is_worked_on_once(workers: int) -> None:
    done: list[int] = []
    assert share_out(ITEMS, done.append, workers=workers, may_go_on=lambda: True) == len(ITEMS)
    assert sorted(done) == list(ITEMS)


def test_one_worker_is_the_caller_itself_and_keeps_the_order() -> None:
    seen: list[tuple[int, int]] = []
    share_out(
        ITEMS,
        lambda item: seen.append((item, threading.get_ident())),
        workers=1,
        may_go_on=lambda: True,
    )
    assert seen == [(item, threading.get_ident()) for item in ITEMS]


def test_so_many_work_at_once() -> None:
    meeting = threading.Barrier(4, timeout=MEETING_LIMIT_S)  # passed only by four together
    share_out(range(4), lambda _: meeting.wait(), workers=4, may_go_on=lambda: True)
    assert not meeting.broken


@pytest.mark.parametrize("workers", [1, 4])
def test_nothing_is_begun_once_the_time_is_over(workers: int) -> None:
    done: list[int] = []
    begun = share_out(ITEMS, done.append, workers=workers, may_go_on=lambda: len(done) < 10)
    assert begun == len(done)
    assert 10 <= begun < 10 + workers


@pytest.mark.parametrize("workers", [1, 4])
def test_what_the_work_raises_is_raised(workers: int) -> None:
    def work(item: int) -> None:
        if item == 7:
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        share_out(ITEMS, work, workers=workers, may_go_on=lambda: True)
