"""Work done in a process of its own, which may be killed in the midst of it."""

from __future__ import annotations

import os
import sys
import traceback

KILLED = 9
_STEPS = {"open", "os.link", "os.remove", "os.rename", "os.mkdir"}


def run_apart(work) -> int:
    """Do some work in a forked process, and tell how it ended: 0 well, 1 by an exception."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001  (the fork must not go on as the test's runner)
        traceback.print_exc()
    finally:
        os._exit(code)


def run_killed(work, step) -> int:
    """Do some work, killed before its n-th file is opened, renamed, linked or removed."""
    left = step

    def count(event, facts):
        nonlocal left
        if event in _STEPS and ".sqlite" in str(facts[0]):
            left -= 1
            if not left:
                os._exit(KILLED)

    def watched():
        sys.addaudithook(count)
        work()

    return run_apart(watched)
