"""Transactions in any interleaving: what was committed equals the same bodies run one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.firestore.core.database import Database
from emulators.firestore.core.field_path import MISSING, get_field
from emulators.firestore.core.transactions import Transaction
from emulators.firestore.core.write import SetFields
from emulators.firestore.errors import Code, FirestoreError
from tests.property.firestore.test_queries import empty_database

ACCOUNTS = 4
transfers = st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, ACCOUNTS - 1), st.integers(1, 9))


class Transfer:
    """Reads two accounts, one step each, then moves an amount if the first one has it."""

    def __init__(self, database: Database, source: int, target: int, amount: int) -> None:
        self._database = database
        self.source, self.target, self.amount = source, target, amount
        self._read: dict[int, int] = {}
        self._transaction: Transaction | None = None
        self.committed_at: int | None = None
        self.ended = False
        self.refused: Code | None = None

    def step(self) -> None:
        if self._transaction is None:
            now = self._database.now()
            self._transaction = self._database.transactions.begin(
                now, read_only=False, read_time=now, retry_of=b""
            )
        for account in (self.source, self.target):
            if account not in self._read:
                self._read[account] = balance(self._database, account, self._transaction)
                return
        self.ended = True
        try:
            self.committed_at = self._database.commit(self._writes(), self._transaction.id).time
        except FirestoreError as error:
            self.refused = error.code

    def _writes(self) -> list[SetFields]:
        after = moved(dict(self._read), self.source, self.target, self.amount)
        return [SetFields(path=("a", str(each)), fields={"n": after[each]}) for each in after]


def moved(balances: dict[int, int], source: int, target: int, amount: int) -> dict[int, int]:
    if balances[source] >= amount:
        balances[source] -= amount
        balances[target] += amount
    return balances


def balance(database: Database, account: int, transaction: Transaction | None = None) -> int:
    document = database.read(("a", str(account)), transaction, None)
    assert document is not None
    found = get_field(document.fields, ("n",))
    assert found is not MISSING
    assert isinstance(found, int)
    return found


@given(st.lists(transfers, min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=40))
@settings(max_examples=200, deadline=None)
def test_committed_transfers_equal_the_same_ones_in_turn(
    asked: list[tuple[int, int, int]], schedule: list[int]
) -> None:
    database = empty_database()
    database.commit(
        [SetFields(path=("a", str(each)), fields={"n": 10}) for each in range(ACCOUNTS)]
    )
    running = [Transfer(database, *each) for each in asked]
    for number in [*schedule, *(n for n in range(len(running)) for _ in range(3))]:
        if number < len(running) and not running[number].ended:
            running[number].step()
    committed = [each for each in running if each.committed_at is not None]
    assert all(each.ended for each in running)
    assert {each.refused for each in running} <= {None, Code.ABORTED}
    assert committed, "the first to commit is never aborted"
    expected = dict.fromkeys(range(ACCOUNTS), 10)
    for each in sorted(committed, key=lambda each: each.committed_at or 0):
        expected = moved(expected, each.source, each.target, each.amount)
    assert {each: balance(database, each) for each in range(ACCOUNTS)} == expected
