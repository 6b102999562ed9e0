"""Runs a command so that nothing of it outlives the suite: `keeper.py LIFELINE_FD WORD...`.

The command gets its own process group, which ends with it, or when the lifeline's other end is
closed: by a stop, or by the suite's death of any kind. At a terminal it stays in the foreground
group, so that it can read the keyboard. Standard library only: this starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

TERM_S = 5.0


def main() -> int:
    """Run the command; its exit status, or 128 plus the signal that ended it."""
    lifeline, words = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(lifeline, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    try:
        child = subprocess.Popen(words, process_group=None if at_terminal else 0)  # noqa: S603
    except OSError as error:
        sys.stderr.write(f"{words[0]}: {error.strerror}\n")
        return 127 if isinstance(error, FileNotFoundError) else 126
    ended = threading.Event()

    def end_with_suite() -> None:
        while os.read(lifeline, 1024):
            pass
        _end(child.pid, at_terminal, signal.SIGTERM)
        if not ended.wait(TERM_S):
            _end(child.pid, at_terminal, signal.SIGKILL)

    threading.Thread(target=end_with_suite, daemon=True).start()
    code = child.wait()
    ended.set()
    if not at_terminal:
        _end(child.pid, at_terminal, signal.SIGKILL)
    return code if code >= 0 else 128 - code


def _end(pid: int, at_terminal: bool, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if at_terminal:
            os.kill(pid, number)
        else:
            os.killpg(pid, number)


if __name__ == "__main__":
    sys.exit(main())
