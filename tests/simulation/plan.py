"""What people, meters and operators set out to do in one run. Drawn from the seed, then fixed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tests.simulation.prices import PriceList

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

AMINA, BRIAN, GRACE, HENRY = "tenant-amina", "tenant-brian", "operator-grace", "operator-henry"
MAX_REFUNDS = 1_000  # more than one run makes
OPERATORS = (GRACE, HENRY)
OWNERS: dict[str, str | None] = {"MTR-001": AMINA, "MTR-002": BRIAN, "MTR-003": AMINA}
VENDED_OWNERS: dict[str, str | None] = {**OWNERS, "TYA-001": BRIAN}
VENDED = "TYA-001"  # reached through Tuya's cloud
LOOK_ALIKE = "MTR-0O1"  # has the same account key as MTR-001
PHONES = ("254700000001", "254700000002", "254110000003", "254700000004")
METER_TROUBLES = ("offline", "reboot")
AMOUNTS = (50, 100, 100, 100, 250, 12_000)  # the last takes two operators
MONTH_END_MS = int(datetime(2026, 11, 30, 20, 58, tzinfo=UTC).timestamp()) * 1_000  # 23:58 EAT
MID_MONTH_MS = int(datetime(2026, 11, 21, 10, 15, tzinfo=UTC).timestamp()) * 1_000


@dataclass(frozen=True)
class Act:
    """Something planned. ``after_ms`` counts from the start of the run."""

    name: str
    after_ms: int


@dataclass(frozen=True)
class Purchase(Act):
    """Somebody pays for a meter by STK push; taps are repeats of the request."""

    uid: str
    meter_id: str
    amount_kes: int
    phone: str
    key: str
    reply: str  # "pays", or one of mpesa.REFUSALS
    reply_after_ms: int
    taps_ms: tuple[int, ...] = ()
    looks_ms: tuple[int, ...] = ()


@dataclass(frozen=True)
class ByHand(Act):
    """Somebody pays the PayBill; ``meant`` is the meter, None if nobody could tell."""

    meant: str | None
    typed: str
    amount: str


@dataclass(frozen=True)
class Decision(Act):
    """An operator gives one open item of suspense to a meter."""

    uid: str
    pick: int
    meter_id: str


@dataclass(frozen=True)
class Verdict(Act):
    """An operator credits one open review by what M-Pesa's statement says."""

    uid: str
    pick: int


@dataclass(frozen=True)
class RefundAsk(Act):
    """An operator asks for money back; ``part``: all that is unused, the whole, or half."""

    uid: str
    pick: int
    part: str  # unused, whole, half
    by_reversal: bool
    key: str
    from_queue: bool = False  # of what waits in suspense or in review, if there is any
    taps_ms: tuple[int, ...] = ()


@dataclass(frozen=True)
class RefundWord(Act):
    """An operator decides about one refund that waits for people."""

    uid: str
    pick: int
    agrees: bool


@dataclass(frozen=True)
class VendWord(Act):
    """An operator looks at one meter whose charge is uncertain."""

    uid: str
    pick: int


@dataclass(frozen=True)
class Archive(Act):
    """What has happened goes into the record."""


@dataclass(frozen=True)
class Reprice(Act):
    """The tariff changes."""

    prices: PriceList


@dataclass(frozen=True)
class PowerCut(Act):
    """An instance of the functions disappears with everything that runs on it."""

    instance: int


@dataclass(frozen=True)
class MeterAct(Act):
    """A meter goes ``offline``, ``online``, or through a ``reboot``, or ``burns half`` or all."""

    meter_id: str
    what: str


@dataclass(frozen=True)
class Plan:
    """One run."""

    start_ms: int
    credits_on_query: bool
    c2b: bool
    pull: bool
    mpesa_skew_ms: int
    clocks_ms: tuple[int, int]  # how far the clocks of our two instances are off
    meters: tuple[str, ...]
    prices: PriceList
    troubled_ms: int = 5 * MINUTE_MS  # that faults go on after the last act
    acts: tuple[Act, ...] = field(default=())

    def without(self, names: frozenset[str]) -> Plan:
        return replace(self, acts=tuple(act for act in self.acts if act.name not in names))


def troubles_of_clocks(plan: Plan) -> list[str]:
    """Which clocks are wrong."""
    ours = ["an instance's clock is off" for off_ms in plan.clocks_ms if off_ms]
    return ours + ["M-Pesa's clock is off"] * bool(plan.mpesa_skew_ms)


def trouble_of(act: Act) -> str | None:
    """The planned fault that an act is, if it is one."""
    if isinstance(act, Reprice):
        return "tariff changed"
    if isinstance(act, PowerCut):
        return "instance lost"
    return f"meter {act.what}" if isinstance(act, MeterAct) and act.what in METER_TROUBLES else None
