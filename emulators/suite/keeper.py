"""Runs a command so that nothing of it outlives the suite.

`keeper.py LIFELINE_FD GRACE_S all|leader WORD...`: the command gets its own process group, which
ends with it, or when the lifeline's other end is closed: by a stop, or by the suite's death of any
kind. Then all of the group or its leader alone are asked to end, and after the grace the whole
group is killed. At a terminal the command stays in the foreground group, so that it can read the
keyboard. Standard library only: this starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable


def main() -> int:
    """Run the command; its exit status, or 128 plus the signal that ended it."""
    lifeline, grace_s, asked, words = (
        int(sys.argv[1]),
        float(sys.argv[2]),
        sys.argv[3],
        sys.argv[4:],
    )
    os.set_inheritable(lifeline, False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    try:
        child = subprocess.Popen(words, process_group=None if at_terminal else 0)  # noqa: S603
    except OSError as error:
        sys.stderr.write(f"{words[0]}: {error.strerror}\n")
        return 127 if isinstance(error, FileNotFoundError) else 126
    send = os.kill if at_terminal else os.killpg
    ended = threading.Event()

    def end_with_suite() -> None:
        while os.read(lifeline, 1024):
            pass
        _quietly(os.kill if asked == "leader" else send, child.pid, signal.SIGTERM)
        if not ended.wait(grace_s):
            _quietly(send, child.pid, signal.SIGKILL)

    threading.Thread(target=end_with_suite, daemon=True).start()
    code = child.wait()
    ended.set()
    if not at_terminal:
        _quietly(os.killpg, child.pid, signal.SIGKILL)
    return code if code >= 0 else 128 - code


def _quietly(send: Callable[[int, int], None], pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        send(pid, number)


if __name__ == "__main__":
    sys.exit(main())
