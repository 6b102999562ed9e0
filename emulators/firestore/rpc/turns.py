"""Whose turn it is to read what several transactions contend for.

Transactions are optimistic: they wait for nothing, and the later one of two that clash is aborted.
A transaction that repeats an aborted one keeps its place in line (TransactionOptions.ReadWrite,
`retry_transaction`): it holds what it reads until it ends, and others that read the same wait.
Waiting only makes an abort less likely; a commit is judged the same. Nobody waits for longer than
the patience, after which a turn that was held so long is lost, nor for one that waits for them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable, Iterable

from emulators.firestore.core.transactions import Transaction


class Turns:
    """First come, first served, per key."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._holder: dict[Hashable, bytes] = {}
        self._held: dict[bytes, set[Hashable]] = {}
        self._waiting: dict[Hashable, deque[tuple[bytes, asyncio.Future[None]]]] = {}
        self._waits_for: dict[bytes, Hashable] = {}

    async def take(self, transaction: Transaction, keys: Iterable[Hashable]) -> None:
        """Wait while others hold the keys. Read-only transactions have no need to."""
        if transaction.read_only:
            return
        for key in keys:
            holder = self._holder.get(key)
            if holder is None:
                if transaction.retry:
                    self._hold(key, transaction.id)
            elif not self._in_the_end_waits_for(holder, transaction.id):
                await self._wait(key, transaction.id)

    def release(self, transaction_id: bytes) -> None:
        """The transaction has ended: the next ones' turn."""
        for key in self._held.pop(transaction_id, ()):
            del self._holder[key]
            waiting = self._waiting.get(key, deque())
            while waiting:
                next_id, future = waiting.popleft()
                if not future.done():
                    self._hold(key, next_id)
                    future.set_result(None)
                    break
            if not waiting:
                self._waiting.pop(key, None)

    async def _wait(self, key: Hashable, transaction_id: bytes) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append((transaction_id, future))
        self._waits_for[transaction_id] = key
        try:
            async with asyncio.timeout(self._patience_s):
                await future
        except TimeoutError:
            overdue = self._holder.get(key)
            if overdue is not None and overdue != transaction_id:
                self.release(overdue)
        except asyncio.CancelledError:
            self.release(transaction_id)
            raise
        finally:
            self._waits_for.pop(transaction_id, None)

    def _in_the_end_waits_for(self, holder: bytes | None, transaction_id: bytes) -> bool:
        """Whether the holder is the transaction itself or stuck behind it."""
        seen: set[bytes] = set()
        while holder is not None and holder != transaction_id and holder not in seen:
            seen.add(holder)
            holder = self._holder.get(self._waits_for.get(holder))
        return holder == transaction_id

    def _hold(self, key: Hashable, transaction_id: bytes) -> None:
        self._holder[key] = transaction_id
        self._held.setdefault(transaction_id, set()).add(key)
