"""``prompts`` and ``checkout_requests`` in the database: nobody but the functions reads them."""

from __future__ import annotations

from lipamita.adapters.fields import Fields
from lipamita.adapters.rtdb_nodes import RtdbNodes
from lipamita.domain.ids import TransactionId, sha256_hex
from lipamita.domain.prompt import Prompt


class RtdbPrompts(RtdbNodes):
    """Implements use_cases.prompt_ports.PromptStore."""

    def record_prompt(self, transaction_id: TransactionId, prompt: Prompt) -> None:
        self.create_if_absent(
            f"prompts/{transaction_id}",
            {
                "merchant_request_id": prompt.merchant_request_id,
                "checkout_request_id": prompt.checkout_request_id,
            },
        )

    def read_prompt(self, transaction_id: TransactionId) -> Prompt | None:
        path = f"prompts/{transaction_id}"
        node = self.at(path).get()
        if node is None:
            return None
        fields = Fields.of(path, node)
        return Prompt(
            merchant_request_id=fields.text("merchant_request_id"),
            checkout_request_id=fields.text("checkout_request_id"),
        )

    def claim_checkout_request(
        self, checkout_request_id: str, transaction_id: TransactionId
    ) -> TransactionId:
        path = _path(checkout_request_id)
        mine = {"transaction_id": transaction_id}
        standing = Fields.of(path, self.create_if_absent(path, mine))
        return TransactionId(standing.text("transaction_id"))

    def checkout_request_owner(self, checkout_request_id: str) -> TransactionId | None:
        path = _path(checkout_request_id)
        node = self.at(path).get()
        return None if node is None else TransactionId(Fields.of(path, node).text("transaction_id"))


def _path(checkout_request_id: str) -> str:
    """A callback may name any text as its id, so its hash is the key."""
    return f"checkout_requests/{sha256_hex(checkout_request_id)}"
