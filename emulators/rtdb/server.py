"""Start and stop a Realtime Database emulator in the running asyncio loop."""

from __future__ import annotations

import asyncio

from emulators.rtdb.core.instances import Instances
from emulators.rtdb.http.connection import Server
from emulators.rtdb.http.shell import HttpShell
from emulators.rtdb.options import Limits, Options
from emulators.rtdb.router import Router
from emulators.rtdb.triggers.deliver import Delivery

__all__ = ["Limits", "Options", "Running", "start"]

_BACKLOG = 1024
_SHUTDOWN_TIMEOUT_S = 0.5


class Running:
    """A server that listens at `host`:`port` until stopped."""

    def __init__(
        self,
        listening: asyncio.Server,
        connections: Server,
        router: Router,
        delivery: Delivery | None,
    ) -> None:
        self.host, self.port = listening.sockets[0].getsockname()[:2]
        self._listening = listening
        self._connections = connections
        self._router = router
        self._delivery = delivery

    async def stop(self) -> None:
        """Close everything; undelivered events are gone."""
        self._listening.close()
        self._router.close()
        await self._connections.shutdown(_SHUTDOWN_TIMEOUT_S)
        await self._listening.wait_closed()
        if self._delivery is not None:
            await self._delivery.close()


async def start(options: Options) -> Running:
    """Bind and listen; RulesRejectedError if the options' rules are malformed."""
    instances = Instances(default=options.default_namespace, limits=options.limits)
    instances.get(options.default_namespace)
    for namespace, rules in options.rules_by_namespace.items():
        instances.get(namespace).set_rules(rules)
    router = Router(instances, HttpShell(instances, keep_alive_s=options.keep_alive_s))
    connections = Server(router.handle, handler_cancellation=True)
    listening = await asyncio.get_running_loop().create_server(
        connections, options.host, options.port, backlog=_BACKLOG
    )
    delivery: Delivery | None = None
    if options.functions_host is not None:
        delivery = Delivery(
            options.functions_host,
            timeout_s=options.delivery_timeout_s,
            queued=options.limits.events_queued,
        )
        instances.send_event = delivery.send
    running = Running(listening, connections, router, delivery)
    instances.database_host = f"{running.host}:{running.port}"
    return running
