"""``make bench``: print every comparison of this machine, now."""

from __future__ import annotations

import sys

from bench import imports, suites
from bench.measure import HEADER


def main() -> int:
    """0 when everything could be measured."""
    print(HEADER)
    for part in (imports, suites):
        for row in part.rows():
            print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
