"""The sending half of a connection that stays open: writes never wait, and a reader that falls
too far behind is cut off, so that it costs nobody else anything.
"""

from __future__ import annotations

import asyncio
import logging

_log = logging.getLogger("emulators.rtdb")


class TransportOutlet:
    """Writes straight to the socket's transport, whose buffer is the queue; `limit` in bytes."""

    __slots__ = ("_limit", "_transport")

    def __init__(self, transport: asyncio.Transport, limit: int) -> None:
        self._transport = transport
        self._limit = limit

    def send(self, data: bytes) -> None:
        """Send or queue; a connection whose queue is beyond the limit is aborted instead."""
        if self._transport.is_closing():
            return
        waiting = self._transport.get_write_buffer_size()
        if waiting > self._limit:
            _log.warning("slow reader cut: %d bytes waiting", waiting)
            self._transport.abort()
            return
        self._transport.write(data)

    def close(self) -> None:
        """Send what is queued, then close."""
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()
