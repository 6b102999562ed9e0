"""A command run under the keeper: it and all it starts end with this process, however it ends."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

KEEPER = Path(__file__).with_name("keeper.py")
SHELL = ("/bin/sh", "-c")


class Command:
    """A running command."""

    def __init__(self, process: Process, lifeline: int) -> None:
        self._process = process
        self._lifeline: int | None = lifeline

    @classmethod
    async def start(
        cls,
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        grace_s: float = 5.0,
        ask: Literal["all", "leader"] = "all",
    ) -> Command:
        """Start `words`; one single word is a shell's command line.

        `stop` asks its whole group or its first process to end, and kills after `grace_s`.
        """
        line = (*SHELL, words[0]) if len(words) == 1 else tuple(words)
        keeper = (sys.executable, "-I", "-S", str(KEEPER))
        read_end, write_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *(*keeper, str(read_end), str(grace_s), ask, *line),
                env=environment,
                pass_fds=(read_end,),
            )
        except BaseException:
            os.close(write_end)
            raise
        finally:
            os.close(read_end)
        return cls(process, write_end)

    async def ended(self) -> int:
        """Wait for the command's end; its exit status, or 128 plus a signal's number."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End the command and all it started."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        await self._process.wait()
