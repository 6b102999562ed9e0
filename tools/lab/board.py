"""A board without settings: metersim with a portal to type into, and a label to read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tools.lab.events import EVENT_LIMIT_S, wait_for_event
from tools.lab.meter import METERSIM
from tools.lab.process import Process

TIMEOUT = (5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is printed on a board."""

    secret: str
    hardware_id: str = field(default_factory=lambda: secrets.token_hex(6).upper())


class Board:
    """One running metersim that has to be told its number."""

    def __init__(self, label: Label, *, server: str, store_dir: Path, **settings: int) -> None:
        store_dir.mkdir(parents=True, exist_ok=True)
        config = store_dir / "board.json"
        told = {
            "server": server,
            "hardware_id": label.hardware_id,
            "label_secret": label.secret,
            "store_dir": str(store_dir),
            **settings,
        }
        private = os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(private, "w") as file:
            file.write(json.dumps(told))
        self.label = label
        self.process = Process(f"board {label.hardware_id}", [METERSIM, "--config", config])

    def portal_url(self) -> str:
        """Where its portal listens."""
        url: str = self.wait_for("portal")["url"]
        return url

    def tell(self, **form: str) -> requests.Response:
        """Fill in the portal's form and save it."""
        return requests.post(self.portal_url(), data=form, timeout=TIMEOUT)

    def wait_for(self, event: str, *, limit_s: float = EVENT_LIMIT_S, **fields: Any) -> Any:
        """The first event with these fields."""
        return wait_for_event(self.process, event, fields, limit_s=limit_s)[0]

    def kill(self) -> None:
        """Pull the plug."""
        self.process.kill()

    def stop(self) -> None:
        """Let it end as on SIGINT."""
        self.process.stop()
