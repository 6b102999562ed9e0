"""Tell a tenant what happened: once, in their language, as they chose, and not too often.

Triggers call it at once, and are not retried. Whoever brings a payment into the record calls it
again before the payment leaves the list of what is due there, and whoever looks at a meter does so
for its alerts, so that nothing is missed. The notice's id makes it once; what is older than a
notice lasts is no news and is not told any more. Nothing about money depends on it.
"""

from __future__ import annotations

from datetime import datetime

from lipamita.domain.adjustment import is_adjustment
from lipamita.domain.customer_notice import (
    EVENT_OF_ALERT,
    LASTS_MS,
    RATE,
    CustomerEvent,
    News,
    customer_notice,
    is_wanted,
    kwh,
)
from lipamita.domain.errors import UnreadableError
from lipamita.domain.guard import RateKind, admit
from lipamita.domain.ids import MeterId, TransactionId, Uid
from lipamita.domain.meter import Meter
from lipamita.domain.meter_alert import Alert
from lipamita.domain.order import GOES_BACK
from lipamita.domain.payment import DeliveryStatus, Payment, Status
from lipamita.domain.units import EAT, SECOND_MS, Millis
from lipamita.use_cases.identity_ports import Profile
from lipamita.use_cases.notify import put_notice
from lipamita.use_cases.ports import MAX_COMPARE_AND_SET_TRIES
from lipamita.use_cases.world import World

PUSH, SMS = "fcm", "sms"
_OF_STATUS = {
    Status.PAID: CustomerEvent.PAID,
    Status.FAILED: CustomerEvent.FAILED,
    Status.REVIEW: CustomerEvent.REVIEW,
}
_GOING_BACK = frozenset({Status.REVIEW, Status.REFUNDING, Status.REFUNDED})


def tell_of_payment(transaction_id: TransactionId, world: World) -> None:
    """Tell the payer how the payment stands now. Repeating it changes nothing."""
    read = world.store.read_payment(transaction_id) if world.customer_channels else None
    if read is not None:
        tell_payer(read.value, world)


def tell_payer(payment: Payment, world: World) -> None:
    """The same of a payment that was just read. A profile that is damaged is told nothing."""
    event, at_ms = _news_of(payment)
    if event is None or not world.customer_channels or world.clock() - at_ms > LASTS_MS:
        return
    try:
        _tell_payer(payment, event, world)
    except UnreadableError as error:  # trying again would find it as damaged
        world.log.work_failed(payment.transaction_id, error)


def _news_of(payment: Payment) -> tuple[CustomerEvent | None, Millis]:
    """What there is to tell of it, and when that happened."""
    delivery = payment.delivery
    if payment.order is not None:
        return _event_of_place(payment), payment.paid_at_ms or payment.updated_at_ms
    if is_adjustment(payment.product) and delivery.status is not DeliveryStatus.DELIVERED:
        return None, payment.updated_at_ms
    if delivery.status is DeliveryStatus.DELIVERED:
        return CustomerEvent.DELIVERED, delivery.delivered_at_ms or payment.updated_at_ms
    at_ms = payment.paid_at_ms if payment.status is Status.PAID else None
    return _OF_STATUS.get(payment.status), at_ms or payment.updated_at_ms


def _tell_payer(payment: Payment, event: CustomerEvent, world: World) -> None:
    transaction_id = payment.transaction_id
    facts = {
        "amount_kes": str(payment.amount_kes),
        "receipt": payment.mpesa_receipt or "-",
        "energy": kwh(payment.delivery.energy_wh or payment.quote.energy_wh),
        "balance": kwh(payment.delivery.balance_after_wh),
        "meter": _what(payment, world),
    }
    _tell(
        News(
            event=event,
            about=str(transaction_id),
            recipient=payment.user_id,
            facts=facts,
            transaction_id=transaction_id,
        ),
        world,
    )


def _event_of_place(payment: Payment) -> CustomerEvent | None:
    """A place is told of once it is the payer's, which is at once, or is not to be had.

    Then its refund is asked for at once, too, and may be further on when this is told.
    """
    if payment.status in _GOING_BACK and payment.reason in GOES_BACK:
        return CustomerEvent.PLACE_GONE
    if payment.status is Status.PAID:
        queued = payment.delivery.status is DeliveryStatus.QUEUED
        return CustomerEvent.PLACE_CONFIRMED if queued else None
    return _OF_STATUS.get(payment.status)


def _what(payment: Payment, world: World) -> str:
    """The meter's name; or the place and when."""
    if payment.order is not None:
        at = datetime.fromtimestamp(payment.order.starts_at_ms // SECOND_MS, EAT)
        return f"{payment.order.name} ({at:%d.%m.%Y %H:%M})"
    meter = world.store.read_meter(payment.charged_meter)
    return meter.name if meter else payment.charged_meter


def tell_of_alert(meter_id: MeterId, alert_id: str, world: World) -> None:
    """Tell the meter's owner of an alert, if it is one for them. Repeating it changes nothing."""
    alert = world.store.read_alert(meter_id, alert_id) if world.customer_channels else None
    meter = world.store.read_meter(meter_id) if alert is not None else None
    if alert is not None and meter is not None:
        tell_owner(meter, alert, world)


def tell_owner(meter: Meter, alert: Alert, world: World) -> None:
    """The same of an alert that was just read. What ended, is old, or was another's is no news."""
    event, since_ms = EVENT_OF_ALERT.get(alert.kind), meter.owner_since_ms or Millis(0)
    now_ms = world.clock()
    if event is None or meter.owner_uid is None or not world.customer_channels:
        return
    if not alert.is_open or alert.raised_at_ms < max(since_ms, now_ms - LASTS_MS):
        return
    facts = {
        "meter": meter.name,
        "balance": kwh(meter.current_balance_wh),
        "hours": str(alert.value),
    }
    about = f"{meter.meter_id}-{alert.alert_id}"
    _tell(News(event=event, about=about, recipient=meter.owner_uid, facts=facts), world)


def channels_of(uid: Uid, profile: Profile, world: World) -> tuple[str, ...]:
    """Push where an app is registered, else an SMS to a phone that was proven."""
    if PUSH in world.customer_channels and world.store.push_tokens(uid):
        return (PUSH,)
    return (SMS,) if SMS in world.customer_channels and profile.phone_number else ()


def _tell(news: News, world: World) -> None:
    uid = news.recipient
    profile = world.store.read_profile(uid) if world.customer_channels else None
    if profile is None or not is_wanted(news.event, profile.notifications):
        return
    for channel in channels_of(uid, profile, world):
        notice = customer_notice(
            news,
            channel=channel,
            language=profile.language or "en",
            now_ms=world.clock(),
            quiet=world.quiet_hours,
        )
        if world.store.read_notice(notice.notice_id) is None and _admitted(uid, world):
            put_notice(notice, world)


def _admitted(uid: Uid, world: World) -> bool:
    for _ in range(MAX_COMPARE_AND_SET_TRIES):
        old = world.store.read_rate(RateKind.NOTICE, uid)
        admission = admit(RATE, old.value, now_ms=world.clock())
        if admission.wait_ms:
            return False
        if world.store.replace_rate(RateKind.NOTICE, uid, old, admission.on_schedule_at_ms):
            return True
    return False
