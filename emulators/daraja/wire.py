"""What goes out: answers of the API, its three error envelopes, and JSON with exact numerals.

Envelope A is {requestId, errorCode, errorMessage}; B is the gateway's {fault}; C is HTML from the
web application firewall in front of it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Body = Mapping[str, object]

SPIKE_ARREST = "Spike arrest violation. Allowed rate : MessageRate{capacity=5, period=Minutes}"
SPIKE_ARREST_CODE = "policies.ratelimit.SpikeArrestViolation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeral:
    """A JSON number written exactly so (1.00 stays 1.00)."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer of the API and what happens around it.

    `then` runs once the answer is on the wire; with `then_first` before it. `hold_ms` delays the
    answer (simulated time), `awaits` names a push whose callbacks must be out before the answer,
    `drop` closes the connection without an answer.
    """

    status: int = 200
    text: str
    content_type: str = "application/json"
    accepted: bool = False
    then: Callable[[], None] | None = None
    then_first: bool = False
    hold_ms: int = 0
    awaits: str | None = None
    drop: bool = False


class RefusedError(Exception):
    """The API says no with envelope A."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(field: str) -> RefusedError:
    """400.002.02 for a field that is missing or not of its form."""
    return RefusedError(400, "400.002.02", f"Bad Request - Invalid {field}")


def accepted(body: Body, *, then: Callable[[], None] | None = None) -> Answer:
    """HTTP 200 with `body`."""
    return Answer(text=json_text(body), accepted=True, then=then)


def envelope_a(request_id: str, refused: RefusedError) -> Answer:
    """The usual error."""
    body = {
        "requestId": request_id,
        "errorCode": refused.code,
        "errorMessage": refused.message,
    }
    return Answer(status=refused.status, text=json_text(body))


def envelope_b(status: int, fault: str, code: str) -> Answer:
    """The gateway's own error."""
    body = {"fault": {"faultstring": fault, "detail": {"errorcode": code}}}
    return Answer(status=status, text=json_text(body))


def spike_arrest() -> Answer:
    """HTTP 429 as the gateway was seen to send it."""
    return envelope_b(429, SPIKE_ARREST, SPIKE_ARREST_CODE)


def firewall(status: int) -> Answer:
    """An HTML page where JSON was expected."""
    page = (
        '<html><head><META NAME="robots" CONTENT="noindex,nofollow"></head>'
        '<body><iframe src="/_Incapsula_Resource?SWUDNSAI=9" width="100%"></iframe>'
        "Request unsuccessful. Incapsula incident ID: 0-0</body></html>"
    )
    return Answer(status=status, text=page, content_type="text/html")


def json_text(value: object) -> str:
    """Compact JSON; a Numeral is written digit for digit."""
    if isinstance(value, Numeral):
        return value.text
    if isinstance(value, Mapping):
        members = (f"{json.dumps(str(key))}:{json_text(item)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    return json.dumps(value)
