"""Security rules: loaded into both of the project's namespaces, and again when the file changes.

firebase-tools loads them into `<project>-default-rtdb`, while rules-unit-testing uses the project
id as namespace.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from emulators.suite.project import HOST

POLL_S = 0.5
OWNER = {"Authorization": "Bearer owner"}
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=2)
POSITION = re.compile(r"\A\s*(\d+):(\d+):\s*")


class RulesRefused(Exception):  # noqa: N818 (it names what happened)
    """The rules were not taken; the message is `file:line:col: reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFile:
    """The file, the database's port and the namespaces it applies to."""

    path: Path
    port: int
    namespaces: tuple[str, ...]

    async def load(self) -> None:
        """Put the file into every namespace. Raises RulesRefused."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RulesRefused(f"{self.path}: {error}") from error
        async with aiohttp.ClientSession(timeout=TIMEOUT, headers=OWNER) as session:
            for namespace in self.namespaces:
                url = f"http://{HOST}:{self.port}/.settings/rules.json"
                async with session.put(url, params={"ns": namespace}, data=text) as answer:
                    if not answer.ok:
                        raise RulesRefused(located(self.path, await answer.text()))

    async def watch(self, say: Callable[[str], None]) -> None:
        """Load the file again whenever it changes, until cancelled. Bad rules change nothing."""
        seen = self._stamp()
        while True:
            await asyncio.sleep(POLL_S)
            now = self._stamp()
            if now == seen:
                continue
            seen = now
            try:
                await self.load()
            except (RulesRefused, aiohttp.ClientError, TimeoutError) as error:
                say(f"{error}\nrtdb: the rules before this change stay in force")
            else:
                say(f"rtdb: {self.path.name} loaded again")

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size)


def located(path: Path, body: str) -> str:
    """`file:line:col: reason` from the database's `{"error": "line:col: reason"}`."""
    try:
        reason = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        reason = body
    position = POSITION.match(reason)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    if position is None:
        return f"{shown}: {reason.strip()}"
    return f"{shown}:{position[1]}:{position[2]}: {reason[position.end() :].strip()}"
