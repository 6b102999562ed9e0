"""Unsigned ID tokens, as the Auth emulator issues them."""

from __future__ import annotations

import base64
import json

PROJECT = "demo-lipamita"
FAR_FUTURE_S = 4_000_000_000


def part(node: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(node).encode()).rstrip(b"=").decode()


def claims(uid: str = "tenant-amina", **more: object) -> dict[str, object]:
    return {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": uid,
        "user_id": uid,
        "iat": 1,
        "exp": FAR_FUTURE_S,
        **more,
    }


def id_token(uid: str = "tenant-amina", **more: object) -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims(uid, **more))}."
