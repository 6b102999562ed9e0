"""`python -m emulators`: see emulators/README.md or `python -m emulators --help`."""

import time

STARTED_S = time.monotonic()

import sys  # noqa: E402

from emulators.suite.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], STARTED_S))
