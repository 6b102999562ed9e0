"""Keep what Daraja called a prompt, before anything is done with it.

The ids are recorded first, then claimed for their payment, then the payment moves. A process that
dies in between is finished by settlement: it finds the ids of a payment that has not moved. A
payment that does not own its prompt's id is never credited on the word of queries alone, because
a callback has called that prompt another payment's.
"""

from __future__ import annotations

from lipamita.domain.evidence import PushAcknowledged, StkCallback
from lipamita.domain.ids import TransactionId
from lipamita.domain.prompt import Prompt
from lipamita.domain.settlement import MISMATCH
from lipamita.domain.verdict import Alarm
from lipamita.use_cases.world import World


def know_prompt(transaction_id: TransactionId, answer: PushAcknowledged, world: World) -> None:
    """Record the acknowledged ids; an alarm if a callback spoke of them or of others before."""
    prompt = Prompt(
        merchant_request_id=answer.merchant_request_id,
        checkout_request_id=answer.checkout_request_id,
    )
    world.store.record_prompt(transaction_id, prompt)  # by transaction_id
    if not owns_prompt(transaction_id, prompt, world):
        _alarm(transaction_id, "another payment's callback named this CheckoutRequestID", world)
    elif _was_told_of_another(transaction_id, prompt, world):
        detail = "the push was acknowledged under another CheckoutRequestID than its callback's"
        _alarm(transaction_id, detail, world)


def owns_prompt(transaction_id: TransactionId, prompt: Prompt, world: World) -> bool:
    """Whether the prompt's id is this payment's; it is claimed if it was nobody's."""
    owner = world.store.claim_checkout_request(prompt.checkout_request_id, transaction_id)
    return owner == transaction_id


def _was_told_of_another(transaction_id: TransactionId, prompt: Prompt, world: World) -> bool:
    """Whether a callback came before the acknowledgement and was believed under another id."""
    payment = world.store.read_payment(transaction_id)
    if payment is None or not payment.value.evidence_seen:
        return False
    seen = payment.value.evidence_seen
    return any(
        isinstance(told, StkCallback)
        and told.evidence_id in seen
        and told.checkout_request_id not in (None, prompt.checkout_request_id)
        for told in world.store.read_callbacks(transaction_id)
    )


def _alarm(transaction_id: TransactionId, detail: str, world: World) -> None:
    alarm = Alarm(kind=MISMATCH, detail=detail)
    world.store.raise_alarm(alarm, transaction_id=transaction_id, now_ms=world.clock())
