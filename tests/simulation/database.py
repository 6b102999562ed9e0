"""The database between the use cases and the memory store: latency, death, lost answers, events.

Every call of a process is a moment at which others go on. The store's own state stays whole: a
write happens or it does not, and what the process learns of it is another matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.memory_nodes import MemoryNodes
from tests.fakes.memory_store import MemoryStore
from tests.simulation.mirror import Mirror
from tests.simulation.timeline import DiedError, Timeline

STALLS_MS = (2_000, 30_000, 150_000, 500_000)


class DatabaseDownError(Exception):
    """The database did not answer; whether it wrote is not known to the caller."""


class Database:
    """Gives each port method of the store; ``on_created`` hears of new evidence, as triggers do."""

    def __init__(
        self,
        store: MemoryStore,
        timeline: Timeline,
        *,
        on_write: Callable[[str], None],
    ) -> None:
        self._store = store
        self._timeline = timeline
        self._on_write = on_write
        self.on_created: Callable[[str, str], None] = lambda *_: None
        self._wrote = False
        self._mirror: Mirror | None = None
        self.watch(store)

    def watch(self, nodes: MemoryNodes) -> None:
        """Processes die and lose answers at these writes, too."""
        nodes.before_write = self._before_write
        nodes.after_write = self._after_write

    def follow(self, mirror: Mirror) -> None:
        """Every call is made there as well."""
        self._mirror = mirror

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._store, name)

        def call(*args: Any, **named: Any) -> Any:
            return self._call(name, method, args, named)

        setattr(self, name, call)
        return call

    def _call(
        self, name: str, method: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        process = self._timeline.current
        assert process is not None
        chance = process.chance
        delay_ms = chance.between(1, 30)
        if process.chance.fails("stall"):
            delay_ms += chance.one_of(STALLS_MS)
        self._timeline.pause(delay_ms)
        self._wrote = False
        try:
            if self._mirror is None:
                result = method(*args, **named)
            else:
                result = self._mirror.call(name, method, args, named)
        finally:
            if self._wrote:
                self._announce(name, args)
        if self._wrote and result is True and chance.fails("own write looks like another's"):
            self._timeline.say(f"{name} is answered as if another had written")
            return False
        return result

    def _announce(self, name: str, args: tuple[Any, ...]) -> None:
        if name == "record_callback":
            self.on_created("callback", args[0])
        elif name == "record_confirmation":
            self.on_created("confirmation", args[0].confirmation_id)
        elif name == "record_result":
            self.on_created("result", args[0])
        elif name == "put_recharge":
            self.on_created("recharge", args[0])
        elif name == "put_command":
            self.on_created("command", args[0])

    def _before_write(self, path: str) -> None:
        process = self._timeline.current
        if process is None:
            return
        if process.chance.fails("crash before a write"):
            self._timeline.say(f"about to write {path}")
            raise DiedError
        if process.chance.fails("write refused"):
            self._timeline.say(f"{path} is not written: no answer")
            raise DatabaseDownError(path)

    def _after_write(self, path: str) -> None:
        self._wrote = True
        self._on_write(path)
        process = self._timeline.current
        if process is None:
            return
        if process.chance.fails("crash after a write"):
            self._timeline.say(f"has written {path}")
            raise DiedError
        if process.chance.fails("write answer lost"):
            self._timeline.say(f"{path} is written, the answer is lost")
            raise DatabaseDownError(path)
