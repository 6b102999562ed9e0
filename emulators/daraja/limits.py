"""What M-Pesa will not do: prompts it cannot show, sums its rules forbid."""

from emulators.daraja import result_codes as codes
from emulators.daraja.nairobi import eat
from emulators.daraja.phones import Phone
from emulators.daraja.world import Push, World

MAX_PROMPT_TEXT = 182
DAY_LIMIT_KES = 500_000
SAME_AMOUNT_WINDOW_MS = 120_000


def refusal(push: Push, phone: Phone) -> str | None:
    """Why the network will not even show the prompt."""
    if phone.prompt is None or len(phone.prompt.text) > MAX_PROMPT_TEXT:
        return codes.PROMPT_NOT_SENT
    if push.transaction_type != push.merchant.transaction_type:
        return codes.NOT_PERMITTED
    if push.party_b != push.merchant.party_b:
        return codes.NO_SUCH_OPERATOR
    return None


def spending_limit(world: World, push: Push) -> str | None:
    """The code of the rule that stands against this payment."""
    today = eat(world.now_ms).date()
    earlier = world.book.rows_of(push.msisdn)
    spent = sum(
        row.amount
        for row in earlier
        if row.channel in ("stk", "c2b") and eat(row.at_ms).date() == today
    )
    if spent + push.amount > DAY_LIMIT_KES:
        return codes.DAY_LIMIT
    since = world.now_ms - SAME_AMOUNT_WINDOW_MS
    if world.switches.same_amount_rule and any(
        row.amount == push.amount and row.at_ms > since for row in earlier
    ):
        return codes.SAME_AMOUNT_TOO_SOON
    return None
