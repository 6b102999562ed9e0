"""Which request gets which plan: scenarios wait in order, the first that matches is spent."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulators.daraja.checked import (
    ANYTHING,
    BadInputError,
    Choice,
    Field,
    Structure,
    Text,
    Whole,
    read,
)
from emulators.daraja.faults import read_faults
from emulators.daraja.plan import Plan

MAX_SCENARIOS = 10_000
APIS = (
    "oauth",
    "stk_push",
    "stk_query",
    "c2b_register",
    "c2b_simulate",
    "c2b_payment",
    "pull_register",
    "pull_query",
    "b2c",
    "reversal",
    "transaction_status",
    "account_balance",
    "qr_code",
)


@dataclass(slots=True, kw_only=True)
class Scenario:
    """A plan that waits for its request. None in a match field means any."""

    number: int
    api: str
    phone: str | None
    account_reference: str | None
    times: int
    plan: Plan
    faults: object

    def matches(self, api: str, phone: str | None, account_reference: str | None) -> bool:
        """True when the request is the one it waits for."""
        return (
            self.times > 0
            and self.api == api
            and self.phone in (None, phone)
            and self.account_reference in (None, account_reference)
        )

    def to_json(self) -> dict[str, object]:
        """The shape of GET /simulator/scenarios."""
        return {
            "scenario": self.number,
            "api": self.api,
            "phone": self.phone,
            "account_reference": self.account_reference,
            "times": self.times,
            "faults": self.faults,
        }


class Scenarios:
    """Those still waiting."""

    def __init__(self) -> None:
        self._waiting: list[Scenario] = []
        self._last = 0

    def add(self, given: Mapping[str, object], now_ms: int) -> Scenario:
        """Read {"match": {...}, "faults": [...], "times": 1} and let it wait."""
        if len(self._waiting) >= MAX_SCENARIOS:
            raise BadInputError(None, f"{MAX_SCENARIOS} scenarios are waiting", "too_many")
        values = read(given, _SCENARIO)
        match = values["match"]
        assert isinstance(match, Mapping)
        wanted = read(match, _MATCH, "match")
        if not match:
            raise BadInputError("match", "match needs phone, account_reference, api or next: true")
        self._last += 1
        scenario = Scenario(
            number=self._last,
            api=str(wanted["api"]),
            phone=_text(wanted["phone"]),
            account_reference=_text(wanted["account_reference"]),
            times=_whole(values["times"]),
            plan=read_faults(values["faults"], now_ms),
            faults=values["faults"],
        )
        self._waiting.append(scenario)
        return scenario

    def find(self, api: str, phone: str | None, account_reference: str | None) -> Scenario | None:
        """The first that matches; `spend` it when the request took it up."""
        for scenario in self._waiting:
            if scenario.matches(api, phone, account_reference):
                return scenario
        return None

    def spend(self, scenario: Scenario) -> None:
        """Count one use."""
        scenario.times -= 1
        if scenario.times <= 0:
            self._waiting.remove(scenario)

    def waiting(self) -> list[Scenario]:
        """In the order they were added."""
        return list(self._waiting)

    def clear(self) -> None:
        """Forget them all."""
        self._waiting.clear()


_MATCH = {
    "api": Field(Choice(*APIS), default="stk_push"),
    "phone": Field(Text(1, 20), default=None),
    "account_reference": Field(Text(1, 40), default=None),
    "next": Field(Choice(True), default=None),
}
_SCENARIO = {
    "match": Field(Structure()),
    "faults": Field(ANYTHING),
    "times": Field(Whole(1, 10_000), default=1),
}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
