"""What tenants are told: the events, their words in two languages, and when not to disturb.

A notice is told at most once, whatever happens on the way: its id names the event and what it is
about. Answers to what a person just did, and dangers, are urgent: they do not wait for morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lipamita.domain.guard import Rate
from lipamita.domain.ids import TransactionId, Uid
from lipamita.domain.meter_alert import ServerAlert
from lipamita.domain.notice import Notice
from lipamita.domain.units import DAY_MS, EAT, SECOND_MS, Millis

LASTS_MS = DAY_MS  # older news is no news
RATE = Rate(count=20, per_ms=DAY_MS)  # notices to one person


class CustomerEvent(StrEnum):
    """What a tenant can be told."""

    PAID = "paid"
    DELIVERED = "delivered"
    FAILED = "failed"
    REVIEW = "review"
    PLACE_CONFIRMED = "place_confirmed"
    PLACE_GONE = "place_gone"
    LOW_CREDIT = "low_credit"
    CREDIT_ENDS_SOON = "credit_ends_soon"
    SUPPLY_OFF = "supply_off"
    OFFLINE = "offline"
    TAMPER = "tamper"
    HIGH_USE = "high_use"


URGENT = frozenset(
    {
        CustomerEvent.PAID,
        CustomerEvent.DELIVERED,
        CustomerEvent.FAILED,
        CustomerEvent.REVIEW,
        CustomerEvent.PLACE_CONFIRMED,
        CustomerEvent.PLACE_GONE,
        CustomerEvent.SUPPLY_OFF,
        CustomerEvent.TAMPER,
    }
)
# The switch in users/{uid}/notifications that an event hangs on; and how it stands when not set.
SWITCH_OF: Mapping[CustomerEvent, str] = {
    CustomerEvent.PAID: "payment",
    CustomerEvent.DELIVERED: "payment",
    CustomerEvent.FAILED: "payment",
    CustomerEvent.REVIEW: "payment",
    CustomerEvent.PLACE_CONFIRMED: "payment",
    CustomerEvent.PLACE_GONE: "payment",
    CustomerEvent.LOW_CREDIT: "low_credit",
    CustomerEvent.CREDIT_ENDS_SOON: "low_credit",
    CustomerEvent.HIGH_USE: "low_credit",
    CustomerEvent.SUPPLY_OFF: "supply",
    CustomerEvent.TAMPER: "supply",
    CustomerEvent.OFFLINE: "offline",
}
SWITCHED_ON = {"payment": True, "low_credit": True, "supply": True, "offline": False}
# Kinds of meters/{id}/alerts that tenants are told of: the meter's own, and the server's.
EVENT_OF_ALERT: Mapping[str, CustomerEvent] = {
    "low_credit": CustomerEvent.LOW_CREDIT,
    "out_of_credit": CustomerEvent.SUPPLY_OFF,
    "tamper": CustomerEvent.TAMPER,
    "cover_open": CustomerEvent.TAMPER,
    "magnetic_field": CustomerEvent.TAMPER,
    "reverse_current": CustomerEvent.TAMPER,
    ServerAlert.CREDIT_ENDS_SOON: CustomerEvent.CREDIT_ENDS_SOON,
    ServerAlert.OFFLINE: CustomerEvent.OFFLINE,
    ServerAlert.HIGH_USE: CustomerEvent.HIGH_USE,
}
TEXTS: Mapping[CustomerEvent, Mapping[str, str]] = {
    CustomerEvent.PAID: {
        "en": "KES {amount_kes} received ({receipt}). {energy} kWh are on their way to {meter}.",
        "sw": "KES {amount_kes} zimepokelewa ({receipt}). kWh {energy} zinaelekea {meter}.",
    },
    CustomerEvent.DELIVERED: {
        "en": "{meter} has {energy} kWh more. Balance: {balance} kWh.",
        "sw": "{meter} imeongezewa kWh {energy}. Salio: kWh {balance}.",
    },
    CustomerEvent.FAILED: {
        "en": "Your payment of KES {amount_kes} for {meter} did not go through. Nothing was paid.",
        "sw": "Malipo yako ya KES {amount_kes} kwa {meter} hayakufaulu. Hakuna kilicholipwa.",
    },
    CustomerEvent.REVIEW: {
        "en": "We are checking your payment for {meter} by hand. Do not pay again for it.",
        "sw": "Tunakagua malipo yako ya {meter} wenyewe. Usilipe tena.",
    },
    CustomerEvent.PLACE_CONFIRMED: {
        "en": "KES {amount_kes} received ({receipt}). {meter} is yours.",
        "sw": "KES {amount_kes} zimepokelewa ({receipt}). {meter} ni yako.",
    },
    CustomerEvent.PLACE_GONE: {
        "en": "Your KES {amount_kes} ({receipt}) came too late for {meter}. The money goes back.",
        "sw": "KES {amount_kes} ({receipt}) zimechelewa kwa {meter}. Pesa zitarudishwa.",
    },
    CustomerEvent.LOW_CREDIT: {
        "en": "{meter} has little credit left: {balance} kWh. Top up soon.",
        "sw": "{meter} imebakiwa na umeme kidogo: kWh {balance}. Ongeza mapema.",
    },
    CustomerEvent.CREDIT_ENDS_SOON: {
        "en": "{meter} has {balance} kWh left: about {hours} hours at your usual use. Top up soon.",
        "sw": "{meter} ina kWh {balance}: saa {hours} hivi kwa matumizi yako. Ongeza mapema.",
    },
    CustomerEvent.SUPPLY_OFF: {
        "en": "{meter} is out of credit and switched off. Pay to switch it on.",
        "sw": "{meter} imeishiwa umeme na imezimwa. Lipa ili iwashwe.",
    },
    CustomerEvent.OFFLINE: {
        "en": "{meter} has not been heard of for some time. It keeps working from its own credit.",
        "sw": "{meter} haijasikika kwa muda. Inaendelea kutumia umeme wake uliobaki.",
    },
    CustomerEvent.TAMPER: {
        "en": "{meter} reports that somebody tampered with it. Call your estate office.",
        "sw": "{meter} inaripoti kuwa imechezewa. Piga simu ofisini.",
    },
    CustomerEvent.HIGH_USE: {
        "en": "{meter} uses much more than usual. Look for something left on.",
        "sw": "{meter} inatumia umeme mwingi kuliko kawaida. Angalia kilichoachwa kikiwaka.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event for one person. ``about`` names what it happened to, in the notice's id."""

    event: CustomerEvent
    about: str
    recipient: Uid
    facts: Mapping[str, str]
    transaction_id: TransactionId | None = None

    @property
    def notice_id(self) -> str:
        """The same for every channel: who has become reachable by another is not told again."""
        return f"to-{self.about}-{self.event.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From and to whole hours of East Africa; the same hour twice means never."""

    from_hour: int = 21
    to_hour: int = 7


def wakes_at(now_ms: Millis, quiet: QuietHours) -> Millis:
    """Now, or the end of the quiet hours that it is in."""
    here = datetime.fromtimestamp(now_ms // SECOND_MS, EAT)
    over_night = quiet.from_hour > quiet.to_hour
    after, before = here.hour >= quiet.from_hour, here.hour < quiet.to_hour
    is_quiet = (after or before) if over_night else (after and before)
    if not is_quiet:
        return now_ms
    end = here.replace(hour=quiet.to_hour, minute=0, second=0, microsecond=0)
    if end <= here:
        end += timedelta(days=1)
    return Millis(int(end.timestamp()) * SECOND_MS)


def is_wanted(event: CustomerEvent, switches: Mapping[str, bool]) -> bool:
    """Whether the person wants to be told of such things."""
    switch = SWITCH_OF[event]
    return switches.get(switch, SWITCHED_ON[switch])


def customer_notice(
    news: News, *, channel: str, language: str, now_ms: Millis, quiet: QuietHours
) -> Notice:
    """The notice in that person's language; what is not known is left out as a dash."""
    words = TEXTS[news.event].get(language) or TEXTS[news.event]["en"]
    due_ms = now_ms if news.event in URGENT else wakes_at(now_ms, quiet)
    return Notice(
        notice_id=news.notice_id,
        channel=channel,
        kind=news.event.value,
        title="lipamita",
        body=words.format_map(_Known(news.facts)),
        recipient=news.recipient,
        transaction_id=news.transaction_id,
        created_at_ms=now_ms,
        next_check_at_ms=due_ms,
        expires_at_ms=Millis(due_ms + LASTS_MS),
    )


def kwh(energy_wh: int | None) -> str:
    """Kilowatt-hours with one digit, rounded down; a dash where it is not known."""
    if energy_wh is None:
        return "-"
    sign = "-" if energy_wh < 0 else ""
    return f"{sign}{abs(energy_wh) // 1000}.{abs(energy_wh) % 1000 // 100}"


class _Known(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return "-"
