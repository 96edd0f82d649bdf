"""The first process of a container must bury orphans; ours then leaves the work to a child."""

import os
import signal


def leave_work_to_child() -> int | None:
    """As process 1: pass signals on, reap, and return the child's exit code. Anywhere else, and in the child: None."""
    if os.getpid() != 1:
        return None
    child = os.fork()
    if child == 0:
        return None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: os.kill(child, received))
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)
