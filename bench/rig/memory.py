"""What processes take of a machine's memory, as Linux counts it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from rig.command import MeasurementError

_FIELD = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)


class Memory(NamedTuple):
    """Of one process, in MB of a million bytes."""

    own_mb: float
    """What would be free if it ended."""
    share_mb: float
    """That, and its part of what it shares with others."""


def memory_of(pid: int) -> Memory:
    """Return what a process takes now.

    Raises:
        MeasurementError: this system does not tell, or not us.
    """
    try:
        fields = dict(_FIELD.findall(Path(f"/proc/{pid}/smaps_rollup").read_text()))
    except OSError as error:
        raise MeasurementError(
            f"what process {pid} takes is not to be read here: {error}"
        ) from error
    own = int(fields["Private_Clean"]) + int(fields["Private_Dirty"])
    return Memory(own * 1024 / 1e6, int(fields["Pss"]) * 1024 / 1e6)


def below(pid: int) -> list[int]:
    """Return the processes that a process has started and that run, and theirs."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, tasks.read_text().split()):
            found += [child, *below(child)]
    return found
