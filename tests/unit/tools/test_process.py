"""Child processes of the laboratory: their lines can be waited for, and none is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time

import pytest

from tools.lab.process import LimitReachedError, Process


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", textwrap.dedent(code)]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        "Z"
        not in subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    )


def test_a_line_is_waited_for_and_the_next_wait_goes_on_behind_it() -> None:
    process = Process("counter", python("for n in range(3): print('line', n)"))
    first, position = process.wait_for_line(lambda line: "line" in line, limit_s=10)
    second, _ = process.wait_for_line(lambda line: "line" in line, limit_s=10, after=position)
    assert (first, second) == ("line 0", "line 1")
    assert process.wait_for_end(limit_s=10) == 0


def test_a_wait_ends_when_the_process_ends_without_the_line() -> None:
    process = Process("short", python("print('only this')"))
    with pytest.raises(LimitReachedError, match="only this"):
        process.wait_for_line(lambda line: line == "never", limit_s=30)
    process.stop()


def test_a_process_that_ignores_ctrl_c_is_taken_by_force() -> None:
    code = "import signal, time; signal.signal(2, signal.SIG_IGN); print('up'); time.sleep(99)"
    process = Process("stubborn", python(code))
    process.wait_for_line(lambda line: line == "up", limit_s=10)
    process.kill()
    assert not process.is_running


def test_a_process_ends_with_the_one_that_started_it() -> None:
    code = """
        import sys, time
        sys.path.insert(0, ".")
        from tools.lab.process import Process
        child = Process("child", [sys.executable, "-c", "import time; time.sleep(99)"])
        print(child.pid, flush=True)
        time.sleep(99)
    """
    parent = subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child_pid = int(parent.stdout.readline())
    assert is_alive(child_pid)
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while is_alive(child_pid):
        assert time.monotonic() < deadline, "the child outlived its parent"
