"""Share work out among threads: so many at once, until it is done or its time is over.

Nearly all of the work is waiting for the database, so threads help. Two of them may work on one
meter at once, as two instances may: the compare-and-set of every write keeps the order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def share_out(
    items: Sequence[Item],
    work: Callable[[Item], object],
    *,
    workers: int,
    may_go_on: Callable[[], bool],
) -> int:
    """How many were begun, in their order; ``may_go_on`` is asked before each.

    With one worker everything happens in the caller's thread, one after the other. What ``work``
    raises ends its worker, and is raised when the others have ended.
    """
    left, begun, lock = iter(items), [0], threading.Lock()

    def take() -> Item | None:
        with lock:
            item = next(left, None) if may_go_on() else None
            begun[0] += item is not None
            return item

    def work_on() -> None:
        while (item := take()) is not None:
            work(item)

    if workers == 1 or len(items) <= 1:
        work_on()
    else:
        with ThreadPoolExecutor(min(workers, len(items))) as pool:
            ended = [pool.submit(work_on) for _ in range(min(workers, len(items)))]
        for worker in ended:
            worker.result()
    return begun[0]
