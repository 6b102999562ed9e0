"""What our code and its dependencies cost at import: a cold start pays it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from bench.measure import Row, alternating

ROUNDS = 5
TIMEOUT_S = 60
SDK_NAME = "the Firebase SDKs alone"
SDK = "import firebase_functions.https_fn, firebase_functions.db_fn, firebase_functions.options"
SDK += ", firebase_functions.params, firebase_functions.scheduler_fn"
SDK += ", firebase_admin.db, firebase_admin.auth"


def rows() -> Iterator[Row]:
    """CPU time of importing main.py, against the Firebase SDKs that it cannot do without."""
    ours, peer = alternating(lambda: _cpu_ms("import main"), lambda: _cpu_ms(SDK), rounds=ROUNDS)
    yield Row(what="import main.py", ours=ours, peer_name=SDK_NAME, peer=peer, unit="ms")
    for package in ("requests", "google.cloud.firestore", "fpdf"):
        with_it, without = alternating(
            lambda package=package: _cpu_ms(f"{SDK}\nimport {package}"),  # type: ignore[misc]
            lambda: _cpu_ms(SDK),
            rounds=ROUNDS,
        )
        yield Row(
            what=f"import the SDKs and {package}",
            ours=with_it,
            peer_name=SDK_NAME,
            peer=without,
            unit="ms",
        )


def _cpu_ms(code: str) -> float:
    program = f"{code}\nimport resource\nused = resource.getrusage(resource.RUSAGE_SELF)\n"
    program += "print((used.ru_utime + used.ru_stime) * 1000)"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd="functions",
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT_S,
    )
    return float(ran.stdout.split()[-1])
