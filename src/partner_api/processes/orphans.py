"""Processes that nobody waits for: as the first process of a container, the supervisor gets them from the kernel.

A part that is killed leaves processes of its own, such as one that draws slides. When they end, they stay in the table
of processes until their parent asks for their status, and such a table is small in a container.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_FIRST = 1


def reap_orphans(own: AbstractSet[int | None]) -> None:
    """Take the statuses of processes that have ended and that this one did not start, if it is the first of all.

    Args:
        own: ids of the processes that it did start. The kernel names one that has ended at a time; if it is one of
            these, the rest waits for the next call, after its status was taken.
    """
    if os.getpid() != _FIRST:
        return
    try:
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid in own:
                return
            os.waitpid(ended.si_pid, os.WNOHANG)
    except ChildProcessError:
        return
