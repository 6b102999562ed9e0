"""GET /oauth/v1/generate: the app's key and secret for an access token of 28 characters."""

import base64
import binascii

from emulators.daraja.wire import Answer, RefusedError, accepted
from emulators.daraja.world import World

LIFE_MS = 3_600_000
MAX_TOKENS = 1_000


def issue_token(world: World, authorization: str | None, grant_type: str | None) -> Answer:
    """A token, or 400.008.01 (wrong Basic credentials) or 400.008.02 (wrong grant_type)."""
    keys = world.identity.keys
    if _basic(authorization) != f"{keys.consumer_key}:{keys.consumer_secret}":
        raise RefusedError(400, "400.008.01", "Invalid Authentication passed")
    if grant_type != "client_credentials":
        raise RefusedError(400, "400.008.02", "Invalid grant type passed")
    if world.switches.new_token_kills_old:
        world.tokens.clear()
    while len(world.tokens) >= MAX_TOKENS:
        del world.tokens[next(iter(world.tokens))]
    token = world.ids.access_token()
    world.tokens[token] = world.now_ms + LIFE_MS
    life = LIFE_MS // 1000 - 1
    world.event("token_issued")
    return accepted(
        {
            "access_token": token,
            "expires_in": str(life) if world.switches.expires_in_as_text else life,
        }
    )


def token_lives(world: World, token: str) -> bool:
    """True for a token that was issued, not killed by a newer one and not expired."""
    return world.tokens.get(token, 0) > world.now_ms


def _basic(authorization: str | None) -> str | None:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
