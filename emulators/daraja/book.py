"""M-Pesa's own books: balances that always sum to zero, and one row per receipt.

Tests use the rows as the judge of what was paid. Amounts are whole KES.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

OUTSIDE = "outside"
MAX_ROWS = 200_000

Channel = Literal["stk", "c2b", "b2c", "reversal"]


class InsufficientFundsError(Exception):
    """The account to be debited holds less than the amount."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One completed movement of money."""

    receipt: str
    channel: Channel
    msisdn: str
    amount: int
    short_code: str
    account_reference: str
    checkout_request_id: str | None
    conversation_ids: tuple[str, ...]
    at_ms: int
    reversed_at_ms: int | None = None
    reversed_amount: int = 0
    reversed_by: str | None = None

    def to_json(self) -> dict[str, object]:
        """The shape of GET /simulator/ledger."""
        return {
            "receipt": self.receipt,
            "channel": self.channel,
            "msisdn": self.msisdn,
            "amount": self.amount,
            "short_code": self.short_code,
            "account_reference": self.account_reference,
            "checkout_request_id": self.checkout_request_id,
            "conversation_ids": list(self.conversation_ids),
            "at_ms": self.at_ms,
            "reversed_at_ms": self.reversed_at_ms,
            "reversed_amount": self.reversed_amount,
            "reversed_by": self.reversed_by,
        }


class Book:
    """Accounts by name: wallet:<msisdn>, short_code:<code>, and outside, where money comes from."""

    def __init__(self) -> None:
        self._balances: defaultdict[str, int] = defaultdict(int)
        self._rows: dict[str, Row] = {}
        self._rows_of: defaultdict[str, list[Row]] = defaultdict(list)
        self._rows_of_conversation: dict[str, Row] = {}

    def balance(self, account: str) -> int:
        """Whole KES in the account."""
        return self._balances.get(account, 0)

    def balances(self) -> dict[str, int]:
        """Every account; the values sum to zero."""
        return dict(self._balances)

    def rows(self) -> list[Row]:
        """Receipts in the order they were made."""
        return list(self._rows.values())

    def rows_of(self, msisdn: str) -> list[Row]:
        """Receipts of one phone in the order they were made."""
        return list(self._rows_of[msisdn])

    def row(self, receipt: str) -> Row | None:
        """The row of a receipt."""
        return self._rows.get(receipt)

    def row_of_conversation(self, conversation_id: str) -> Row | None:
        """The row a payout or reversal made, by either of its conversation ids."""
        return self._rows_of_conversation.get(conversation_id)

    def set_balance(self, account: str, amount: int) -> None:
        """Make the account hold `amount`, the difference coming from or going outside."""
        self._move(OUTSIDE, account, amount - self.balance(account))

    def post(self, source: str, target: str, row: Row) -> None:
        """Move the row's amount and record it; on InsufficientFundsError nothing has changed."""
        if self.balance(source) < row.amount:
            raise InsufficientFundsError(
                f"{source} holds {self.balance(source)}, {row.amount} is needed"
            )
        if len(self._rows) >= MAX_ROWS:
            raise RuntimeError(f"the ledger is full at {MAX_ROWS} rows; reset the simulator")
        self._move(source, target, row.amount)
        self._rows[row.receipt] = row
        self._rows_of[row.msisdn].append(row)
        for conversation_id in row.conversation_ids:
            self._rows_of_conversation[conversation_id] = row

    def _move(self, source: str, target: str, amount: int) -> None:
        self._balances[source] -= amount
        self._balances[target] += amount
