from __future__ import annotations

from typing import Any

import pytest

from emulators.rtdb.http.request import Response
from emulators.rtdb.http.sending import head


@pytest.mark.parametrize(
    ("response", "goes_on", "expected"),
    [
        (
            Response(headers={"Content-Type": "x"}, body=b"ab"),
            True,
            b"HTTP/1.1 200 OK\r\nContent-Type: x\r\nContent-Length: 2\r\n"
            b"Connection: keep-alive\r\n\r\n",
        ),
        (
            Response(status=204, headers={}),
            False,
            b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        ),
        (
            Response(status=412, headers={"ETag": "e"}, body=b"1"),
            False,
            b"HTTP/1.1 412 Precondition Failed\r\nETag: e\r\nContent-Length: 1\r\n"
            b"Connection: close\r\n\r\n",
        ),
    ],
)
def test_heads(response: Response, goes_on: bool, expected: bytes) -> None:
    assert head(response, goes_on=goes_on) == expected


def test_head_requests_have_no_body(server: Any) -> None:
    server.put("/a.json", "value")
    reply = server.request("HEAD", "/a.json")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"", "7")
