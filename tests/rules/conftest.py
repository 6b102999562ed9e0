"""One emulator for all rules tests, and the line that says how much was tried."""

from collections.abc import Iterator

import pytest

from tests.rules.database import RulesDatabase, Tally, running_emulator

_TALLY = Tally()


@pytest.fixture(scope="session")
def _shared_database() -> Iterator[RulesDatabase]:
    with running_emulator() as (host, port):
        database = RulesDatabase(host, port, _TALLY)
        yield database
        database.close()


@pytest.fixture
def database(_shared_database: RulesDatabase) -> RulesDatabase:
    """The database holding exactly the world."""
    _shared_database.reset()
    return _shared_database


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _TALLY.attempts:
        terminalreporter.write_line(
            f"security rules: {_TALLY.attempts:,} attempts "
            f"({_TALLY.allowed:,} allowed, {_TALLY.denied:,} denied), "
            f"{len(_TALLY.breaches):,} breaches"
        )
