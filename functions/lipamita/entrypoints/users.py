"""POST /api/users/me: the profile of whoever signed in."""

from __future__ import annotations

from flask import Request, Response

from lipamita.domain.errors import InvalidInputError
from lipamita.domain.msisdn import mask, parse_msisdn
from lipamita.entrypoints import http, wiring
from lipamita.entrypoints.messages import Language, language_of
from lipamita.use_cases.identity_ports import Profile
from lipamita.use_cases.open_profile import Wishes, open_profile, parse_name, register_push_app

FIELDS = frozenset({"name", "language"})
MAX_PUSH_TOKEN = 4096


def open_own(request: Request) -> Response:
    """{"name"?, "language"?} -> 200 with the profile; ``created`` when this call made it."""
    session = http.session(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, FIELDS)
    wishes = Wishes(
        name=_name(body["name"]) if "name" in body else None,
        language=_language(body, request),
    )
    opened = open_profile(session, wishes, wiring.world())
    told = profile_json(session.caller.uid, opened.profile)
    return http.json_response(200, {**told, "created": opened.created})


def register_app(request: Request) -> Response:
    """{"token"} -> 200: the app gets push notices from now on. Repeating it is harmless."""
    session = http.session(request)
    body = http.json_body(request)
    http.refuse_unknown_fields(body, {"token"})
    token = body.get("token")
    if not http.is_text(token) or not 0 < len(token) <= MAX_PUSH_TOKEN:
        raise InvalidInputError(
            "invalid_app",
            f"token must be an FCM registration token of 1 to {MAX_PUSH_TOKEN} characters",
            field="token",
        )
    register_push_app(session, token, wiring.world())
    return http.json_response(200, {"registered": True})


def profile_json(uid: str, profile: Profile) -> dict[str, object]:
    """A person as the API shows them; the phone masked."""
    phone = profile.phone_number
    return {
        "uid": uid,
        "name": profile.name,
        "email": profile.email,
        "phone_number": None if phone is None else mask(parse_msisdn(phone)),
        "meter_no": profile.meter_no,
        "language": profile.language,
        "notifications": dict(profile.notifications),
    }


def _name(value: object) -> str:
    return parse_name(value if http.is_text(value) else None)


def _language(body: dict[str, object], request: Request) -> str:
    if "language" not in body:
        return language_of(request).value
    value = body["language"]
    if value not in list(Language):
        known = " or ".join(Language)
        raise InvalidInputError("invalid_language", f"language must be {known}", field="language")
    return str(value)
