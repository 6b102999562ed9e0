"""How long the live database keeps what it no longer works with. The record keeps the rest.

* idempotency, phone_prompts, rate_limits: a day. A repeat comes within minutes, the API promises a
  day; a prompt lives for 75 seconds; the longest rate looks back ten minutes.
* open_prompts: 8 days. A confirmation may explain a payment for seven.
* callbacks (and the ids of their prompts), confirmations: 90 days, and until their payment has left
  for the record. They hold payers' numbers; what they said stands in the payment's history.
* receipts: 400 days, and until their payment stands in the record. The claim must outlive all
  evidence: Pull tells 48 hours back, callbacks come within days, people question a statement
  within a year. For ever would be 150 bytes a payment in a database of a few gigabytes.
* inquiries: 90 days.
* payees: a day, where no refund is. The number is written before the refund, which takes it away
  at its end; who asked may have died in between.
* orders (and their seats): 400 days after their time, once nothing is left to do. What was bought
  stands in the payment; money that is told for an order that has gone goes back.
* notices: 30 days, once delivered or given up. alarms: 90 days.
"""

from __future__ import annotations

from enum import StrEnum

from lipamita.domain.units import DAY_MS


class Shelf(StrEnum):
    """A node whose old children go."""

    IDEMPOTENCY = "idempotency"
    PHONE_PROMPTS = "phone_prompts"
    RATE_LIMITS = "rate_limits"
    OPEN_PROMPTS = "open_prompts"
    CALLBACKS = "callbacks"
    CONFIRMATIONS = "confirmations"
    RECEIPTS = "receipts"
    NOTICES = "notices"
    ALARMS = "alarms"
    ORDERS = "orders"
    INQUIRIES = "inquiries"
    PAYEES = "payees"


KEPT_MS = {
    Shelf.IDEMPOTENCY: DAY_MS,
    Shelf.PHONE_PROMPTS: DAY_MS,
    Shelf.RATE_LIMITS: DAY_MS,
    Shelf.OPEN_PROMPTS: 8 * DAY_MS,
    Shelf.CALLBACKS: 90 * DAY_MS,
    Shelf.CONFIRMATIONS: 90 * DAY_MS,
    Shelf.RECEIPTS: 400 * DAY_MS,
    Shelf.NOTICES: 30 * DAY_MS,
    Shelf.ALARMS: 90 * DAY_MS,
    Shelf.ORDERS: 400 * DAY_MS,
    Shelf.INQUIRIES: 90 * DAY_MS,
    Shelf.PAYEES: DAY_MS,
}
