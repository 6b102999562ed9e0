"""What the deployed page's visitors may keep, by the headers of firebase.json."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.unit.emulators.hosting.test_server import hosting, site

__all__ = ["site"]

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-cache"),
        ("/?from=sms", "no-cache"),
        ("/assets/app.js", "public, max-age=31536000, immutable"),
        ("/icon.svg", "max-age=3600"),
    ],
)
def test_only_the_page_itself_is_asked_for_again_each_time(
    site: Path, path: str, kept: str
) -> None:
    block = json.loads((ROOT / "firebase.json").read_text())["hosting"]
    (site / "public" / "icon.svg").write_text("<svg/>")

    async def scenario() -> None:
        async with hosting(site, headers=block["headers"], cleanUrls=block["cleanUrls"]) as (
            http,
            _,
        ):
            answer = await http.get(path)
            told = (answer.headers.getall("Cache-Control"), answer.headers["X-Frame-Options"])
            assert (answer.status, told) == (200, ([kept], "DENY"))

    asyncio.run(scenario())
