"""`python -m emulators`: see emulators/README.md or `python -m emulators --help`."""

import sys
import time

STARTED_S = time.monotonic()
INTERRUPTED = 130

if __name__ == "__main__":
    try:
        from emulators.suite.cli import main

        sys.exit(main(sys.argv[1:], STARTED_S))
    except KeyboardInterrupt:  # during the imports; later it is an orderly end
        sys.exit(INTERRUPTED)
