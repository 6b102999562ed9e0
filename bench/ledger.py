"""Measure the books: payments loaded, a trial balance, a month's reports, a page of history.

python -m bench.ledger [--payments 100000] [--loaders 2]: on the Firestore emulator in a process of
its own. Payments are written as ``archive`` writes them, by processes that share out the month.
Peak memory is that of this process alone, which does nothing but read by the use cases.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[1] / "functions"))

from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.payment import Delivery, DeliveryStatus, Payment, Status
from lipamita.domain.payment_entries import entries_of_payment
from lipamita.domain.tariff import Block, Levy, Tariff, make_quote
from lipamita.domain.units import DAY_MS, Cents, Kes, Millis, Wh, day_eat
from lipamita.use_cases.close_days import count_day
from lipamita.use_cases.read_books import trial_balance
from lipamita.use_cases.record_ports import PaymentsBy, Record
from lipamita.use_cases.report_books import daily_sales
from lipamita.use_cases.report_ports import Period
from lipamita.use_cases.world import World

START_MS = Millis(1_793_000_000_000)
MONTH_DAYS = 30
USERS = 500
START_LIMIT_S = 20
PAYMENTS_PER_COMMIT = 60  # three entries and a document each, and their days' totals
PROJECT = "demo-bench-ledger"
TARIFF = Tariff(
    tariff_id="domestic",
    blocks=(
        Block(up_to_wh=Wh(30_000), price_cents_per_kwh=Cents(1_230)),
        Block(up_to_wh=None, price_cents_per_kwh=Cents(1_623)),
    ),
    levies=(Levy(name="REP", percent=5),),
    vat_percent=16,
)
QUOTE = make_quote(TARIFF, amount_kes=Kes(500), month="2026-11", month_wh_before=Wh(0))


def main() -> None:
    """Load, read, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--loaders", type=int, default=2)
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part is not None:
        _load(given.payments, given.part, given.loaders)
        return
    with _emulator() as process:
        _load_together(given.payments, given.loaders)
        print(f"the emulator holds {_rss_mb(process.pid):,} MB", flush=True)
        _read(given.payments)


def _load_together(count: int, loaders: int) -> None:
    words = [sys.executable, "-m", "bench.ledger", "--payments", str(count)]
    started = time.perf_counter()
    running = [
        subprocess.Popen([*words, "--loaders", str(loaders), "--part", str(part)])
        for part in range(loaders)
    ]
    if any(process.wait() for process in running):
        raise SystemExit("a loader failed")
    taken_s = time.perf_counter() - started
    print(f"loaded {count:,} payments in {taken_s:.1f} s ({count / taken_s:,.0f} a second)")


def _load(count: int, part: int, parts: int) -> None:
    """One loader's days: loaders of one day would wait for each other at its totals."""
    record = FirestoreRecord(PROJECT)
    first, last = count * part // parts, count * (part + 1) // parts
    for start in range(first, last, PAYMENTS_PER_COMMIT):
        group = [_payment(n, count) for n in range(start, min(start + PAYMENTS_PER_COMMIT, last))]
        entries = [entry for payment in group for entry in entries_of_payment(payment)]
        record.write(entries, group, now_ms=START_MS)


def _read(count: int) -> None:
    record = FirestoreRecord(PROJECT)
    _page(record, 0)  # what only the first call of a process pays for
    print(f"peak memory before reading {_peak_mb()} MB")
    world = cast("World", SimpleNamespace(record=record, clock=_days_end))
    _measure("trial balance, no day closed", lambda: _balance(world))
    _measure("a month's report, day by day", lambda: _month(world))
    _measure("a page of a user's history", lambda: _page(record, count))
    print(f"peak memory after these {_peak_mb()} MB")
    _measure("closing counts a day, entry by entry", lambda: _count(record))
    print(f"peak memory after counting {_peak_mb()} MB")


def _payment(number: int, count: int) -> Payment:
    return payment_at(number, Millis(START_MS + number * MONTH_DAYS * DAY_MS // count))


def payment_at(number: int, at_ms: Millis) -> Payment:
    """A payment that was paid and delivered then."""
    delivery = Delivery(
        status=DeliveryStatus.DELIVERED, energy_wh=QUOTE.energy_wh, delivered_at_ms=at_ms
    )
    return Payment(
        transaction_id=TransactionId(f"-Bench{number:014d}"),
        user_id=Uid(f"tenant-{number % USERS}"),
        meter_id=MeterId(f"MTR-{number % USERS:03d}"),
        amount_kes=QUOTE.amount_kes,
        phone_masked=MaskedMsisdn("2547******01"),
        quote=QUOTE,
        created_at_ms=at_ms,
        updated_at_ms=at_ms,
        status=Status.PAID,
        paid_at_ms=at_ms,
        mpesa_receipt=Receipt(f"UKB{number:07d}"),
        delivery=delivery,
    )


def _days_end() -> Millis:
    return Millis(START_MS + MONTH_DAYS * DAY_MS)


def _balance(world: World) -> str:
    totals = trial_balance(world).balances
    assert totals.balanced
    return f"{totals.entries:,} entries in {len(totals.cents)} accounts, balanced"


def _month(world: World) -> str:
    period = Period(from_day=day_eat(START_MS), to_day=day_eat(_days_end()))
    rows = list(daily_sales(period, world).with_sums())
    return f"{len(rows)} rows, the last of them the sums"


def _count(record: Record) -> str:
    counted = count_day(day_eat(Millis(START_MS + DAY_MS)), record)
    return f"{counted.totals.entries:,} entries"


def _page(record: Record, count: int) -> str:
    before = TransactionId(f"-Bench{count // 2:014d}")
    page = record.payments_of(PaymentsBy.USER, "tenant-1", before=before, limit=51)
    return f"{len(page)} documents read"


def _measure(name: str, work: object) -> None:
    assert callable(work)
    started = time.perf_counter()
    said = work()
    print(f"{name}: {(time.perf_counter() - started) * 1000:,.0f} ms ({said})")


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _rss_mb(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


@contextmanager
def _emulator() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "emulators.firestore", "--port", "0", "--watch-parent"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        name, _, address = process.stdout.readline().strip().partition("=")
        os.environ[name] = address
        yield process
    finally:
        process.terminate()
        process.wait(START_LIMIT_S)


if __name__ == "__main__":
    main()
