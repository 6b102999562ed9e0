"""Database events. A trigger only nudges: it is not retried, and reconciliation guarantees.

Events are read again from the database instead of being believed: they come at least once, in no
order, and the SDK's merge of a change is not reliable for every shape.
"""

from __future__ import annotations

from lipamita.domain.ids import parse_meter_id, parse_transaction_id
from lipamita.domain.refund import RefundId
from lipamita.entrypoints import wiring
from lipamita.use_cases.accept_confirmation import accept_confirmation
from lipamita.use_cases.advance_refund import advance_refund
from lipamita.use_cases.close_recharge import close_recharge
from lipamita.use_cases.follow_ups import FOLLOW_UPS
from lipamita.use_cases.note_restart import note_restart
from lipamita.use_cases.notice_command import notice_commands
from lipamita.use_cases.settle_payment import settle_payment
from lipamita.use_cases.tell_customer import tell_of_alert, tell_of_payment


def callback_recorded(transaction_id: str) -> None:
    """Evidence was stored: settle its payment."""
    settle_payment(parse_transaction_id(transaction_id), wiring.world())


def confirmation_recorded(confirmation_id: str) -> None:
    """A confirmation was stored: bring its money to its place."""
    accept_confirmation(confirmation_id, wiring.world())


def recharge_processed(meter_id: str, transaction_id: str) -> None:
    """A meter acknowledged a recharge: close it, after settling a payment that is behind."""
    transaction = parse_transaction_id(transaction_id)
    settle_payment(transaction, wiring.world())
    close_recharge(parse_meter_id(meter_id), transaction, wiring.world())


def payment_changed(transaction_id: str) -> None:
    """A payment or its delivery has another status: tell the payer."""
    tell_of_payment(parse_transaction_id(transaction_id), wiring.world())


def alert_raised(meter_id: str, alert_id: str) -> None:
    """A meter, or the server about it, raised an alert: tell the owner if it is for them."""
    tell_of_alert(parse_meter_id(meter_id), alert_id, wiring.world())


def command_done(meter_id: str) -> None:
    """A meter answered a command: go on with what waited for it."""
    notice_commands(parse_meter_id(meter_id), wiring.world(), FOLLOW_UPS)


def meter_restarted(meter_id: str, before: object, after: object, event_id: str) -> None:
    """A meter counted its starts: fewer than before means that it lost its storage."""
    note_restart(parse_meter_id(meter_id), before, after, event_id, wiring.world())


def result_recorded(refund_id: str) -> None:
    """A result was stored: bring its refund further."""
    advance_refund(RefundId(refund_id), wiring.world())
