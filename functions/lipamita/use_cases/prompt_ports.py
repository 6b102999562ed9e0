"""Whose prompt is it: Daraja's ids by transaction, and transactions by CheckoutRequestID."""

from __future__ import annotations

from typing import Protocol

from lipamita.domain.ids import TransactionId
from lipamita.domain.prompt import Prompt


class PromptStore(Protocol):
    """``prompts`` and ``checkout_requests``."""

    def record_prompt(self, transaction_id: TransactionId, prompt: Prompt) -> None:
        """Create if absent by transaction_id: a push is answered once."""
        ...

    def read_prompt(self, transaction_id: TransactionId) -> Prompt | None:
        """The prompt that Daraja acknowledged, or None while no answer is known."""
        ...

    def claim_checkout_request(
        self, checkout_request_id: str, transaction_id: TransactionId
    ) -> TransactionId:
        """Create if absent by checkout_request_id; returns the transaction that owns it."""
        ...

    def checkout_request_owner(self, checkout_request_id: str) -> TransactionId | None:
        """The transaction that claimed the prompt of that id, or None."""
        ...
