"""The prompt of a payment, by Daraja's own ids.

They are kept apart from the payment, which its payer reads: a CheckoutRequestID contains the last
nine digits of the phone that was prompted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What Daraja called the push that it acknowledged."""

    merchant_request_id: str
    checkout_request_id: str
