"""Measure the books: payments loaded, a trial balance, a month's report, a page of history.

python -m bench.ledger [--payments 100000]: on the Firestore emulator in a process of its own.
Peak memory of this process, which runs the use cases, is told after loading and after reading.
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

sys.path.insert(0, str(Path(__file__).parents[1] / "functions"))

from lipamita.adapters.firestore_record import FirestoreRecord
from lipamita.domain.ids import MeterId, Receipt, TransactionId, Uid
from lipamita.domain.ledger import NO_TOTALS, add
from lipamita.domain.msisdn import MaskedMsisdn
from lipamita.domain.payment import Delivery, DeliveryStatus, Payment, Status
from lipamita.domain.payment_entries import entries_of_payment
from lipamita.domain.tariff import Block, Levy, Tariff, make_quote
from lipamita.domain.units import DAY_MS, Cents, Kes, Millis, Wh, day_eat
from lipamita.use_cases.archive import PAYMENTS_PER_COMMIT
from lipamita.use_cases.record_ports import PaymentsBy, Record

START_MS = Millis(1_793_000_000_000)
MONTH_DAYS = 30
USERS = 500
START_LIMIT_S = 20
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
    count = parser.parse_args().payments
    with _emulator() as process:
        record = FirestoreRecord("demo-bench-ledger")
        started = time.perf_counter()
        for start in range(0, count, PAYMENTS_PER_COMMIT):
            end = min(start + PAYMENTS_PER_COMMIT, count)
            group = [_payment(number, count) for number in range(start, end)]
            entries = [entry for payment in group for entry in entries_of_payment(payment)]
            record.write(entries, group, now_ms=START_MS)
        taken_s = time.perf_counter() - started
        rate = count / taken_s
        print(f"loaded {count:,} payments in {taken_s:.1f} s ({rate:,.0f} a second)")
        emulator_mb = _rss_mb(process.pid)
        print(f"peak memory after loading {_peak_mb()} MB, the emulator's {emulator_mb} MB")
        _measure("trial balance, no day closed", lambda: _balance(record))
        _measure("a month, day by day", lambda: _month(record))
        _measure("a page of a user's history", lambda: _page(record, count))
        print(f"peak memory after reading {_peak_mb()} MB")


def _payment(number: int, count: int) -> Payment:
    at_ms = Millis(START_MS + number * MONTH_DAYS * DAY_MS // count)
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


def _days() -> list[str]:
    return [day_eat(Millis(START_MS + day * DAY_MS)) for day in range(MONTH_DAYS + 1)]


def _balance(record: Record) -> str:
    totals = NO_TOTALS
    for day in _days():
        totals = add(totals, record.totals_of(day))
    assert totals.balanced
    return f"{totals.entries:,} entries in {len(totals.cents)} accounts, balanced"


def _month(record: Record) -> str:
    sold_wh = [-record.totals_of(day).energy_wh.get("energy_sold", 0) for day in _days()]
    return f"{len(sold_wh)} days, {sum(sold_wh):,} Wh sold"


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
