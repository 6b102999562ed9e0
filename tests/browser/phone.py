"""A person's phone: the dashboard in a real browser, driven by what is read and tapped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import requests

TIMEOUT_S = (3, 40)


class Phone:
    """One browser page. Every wait has the driver's limit; a failure tells what the page shows."""

    def __init__(self, driver_url: str, page_url: str) -> None:
        self._driver_url = driver_url
        self._page_url = page_url

    def open(self, *, width: int = 360, locale: str = "en-KE") -> None:
        """Open the dashboard on a phone that remembers nothing."""
        self._do("open", url=self._page_url, width=width, locale=locale)

    def sign_in(self, email: str, password: str) -> None:
        """With the English labels."""
        self.fill("E-mail", email)
        self.fill("Password", password)
        self.press("button", "Sign in")

    def fill(self, label: str, value: str) -> None:
        """Type into the field of that label."""
        self._do("fill", label=label, value=value)

    def press(self, role: str, name: str) -> None:
        """Tap the button or link of that name."""
        self._do("press", role=role, name=name)

    def press_twice(self, role: str, name: str) -> None:
        """Tap it twice before the page can react."""
        self._do("press_twice", role=role, name=name)

    def reload(self) -> None:
        """Load the page again."""
        self._do("reload")

    def see(self, text: str) -> None:
        """Wait until the text is shown."""
        self._do("see", text=text)

    def wait_until_gone(self, text: str) -> None:
        """Wait until the text is shown no more."""
        self._do("gone", text=text)

    def read(self, test_id: str, text: str = "") -> str:
        """What that part says, once it says ``text``."""
        said: str = self._do("read", id=test_id, text=text)
        return said

    def wait_for_stage(self, stage: str) -> None:
        """Wait until the payment shown stands there."""
        self._do("stage", stage=stage)

    def rows(self, selector: str) -> list[str]:
        """The texts of what the CSS selector finds now."""
        texts: list[str] = self._do("rows", selector=selector)
        return texts

    def overflow(self) -> int:
        """CSS pixels by which the page is wider than the screen."""
        pixels: int = self._do("overflow")
        return pixels

    def nameless(self) -> Sequence[str]:
        """Controls that a screen reader could not name."""
        found: list[str] = self._do("nameless")
        return found

    def lose_answers(self, path: str, count: int) -> None:
        """Let requests to the path arrive, and lose their answers."""
        self._do("lose_answers", path=path, count=count)

    def cut_sockets(self) -> None:
        """Break the live connection to the database for good; plain requests go on."""
        self._do("cut_sockets")

    def report(self) -> dict[str, Any]:
        """loads, problems, hosts and Idempotency-Keys since ``open``."""
        report: dict[str, Any] = self._do("report")
        return report

    def _do(self, verb: str, **what: object) -> Any:
        answer = requests.post(
            self._driver_url, json={"verb": verb, **what}, timeout=TIMEOUT_S
        ).json()
        if "error" in answer:
            raise AssertionError(f"{verb} {what}: {answer['error']}")
        return answer["value"]
