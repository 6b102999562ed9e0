"""Read what an HTTP service answered, within a limit.

Never by ``response.raw.read``: an answer that breaks off or stalls raises urllib3's own errors
there, which are no requests.RequestException, so whoever sent something would not see that its
answer was lost.
"""

from __future__ import annotations

import requests

CHUNK_BYTES = 64 * 1024


def bounded_body(response: requests.Response, limit: int) -> bytes:
    """The body of a streamed answer, of which no more than a chunk beyond ``limit`` is read.

    Raises requests.RequestException if it breaks off, stalls or cannot be decoded.
    """
    body = bytearray()
    for chunk in response.iter_content(min(limit, CHUNK_BYTES)):
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body)
