"""``prompts`` and ``checkout_requests`` in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from lipamita.domain.ids import TransactionId
from lipamita.domain.prompt import Prompt

from tests.fakes.memory_nodes import MemoryNodes


@dataclass
class MemoryPrompts(MemoryNodes):
    """Implements use_cases.prompt_ports.PromptStore."""

    known_prompts: dict[TransactionId, Prompt] = field(default_factory=dict)
    checkout_requests: dict[str, TransactionId] = field(default_factory=dict)

    def record_prompt(self, transaction_id: TransactionId, prompt: Prompt) -> None:
        if transaction_id not in self.known_prompts:
            self._write("prompts", lambda: self.known_prompts.update({transaction_id: prompt}))

    def read_prompt(self, transaction_id: TransactionId) -> Prompt | None:
        return self.known_prompts.get(transaction_id)

    def claim_checkout_request(
        self, checkout_request_id: str, transaction_id: TransactionId
    ) -> TransactionId:
        if checkout_request_id not in self.checkout_requests:
            mine = {checkout_request_id: transaction_id}
            self._write("checkout_requests", lambda: self.checkout_requests.update(mine))
        return self.checkout_requests[checkout_request_id]

    def checkout_request_owner(self, checkout_request_id: str) -> TransactionId | None:
        return self.checkout_requests.get(checkout_request_id)
