"""The WAL in the data folder of a server that is dead, while its disk lives: what was not archived any more."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

from embedded_postgres.account import own_account
from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import (
    SEGMENT_BYTES,
    Ancestor,
    Segment,
    is_really,
    parse_history,
    timeline_of_history,
)
from embedded_postgres.binaries import binaries_for
from embedded_postgres.data_folder import DataFolder
from embedded_postgres.postmaster import Postmaster

if TYPE_CHECKING:
    from pathlib import Path


class Leftover(NamedTuple):
    """WAL in the folder of a dead server.

    Args:
        wal: the folder.
        timeline: the newest one in it.
        histories: where its time lines come from.
    """

    wal: Path
    timeline: int
    histories: dict[int, list[Ancestor]]

    def copy_into(self, folder: Path, start_lsn: int) -> None:
        """Copy the segments from an LSN on, and the histories, over what is there.

        Raises:
            BackupError: there are none, or some are missing between what is there and them.
        """
        found = set()
        for path in sorted(self.wal.iterdir()):
            segment = Segment.parse(path.name)
            if path.name.endswith(".history"):
                shutil.copyfile(path, folder / path.name)
            elif (
                segment is not None
                and segment.number >= start_lsn // SEGMENT_BYTES
                and is_really(segment, path)
            ):
                shutil.copyfile(path, folder / path.name)
                found.add(segment.number)
        if not found:
            raise BackupError(
                f"{self.wal} has no WAL that follows the backup. Restore without --wal-from."
            )
        _require_no_gap(folder, start_lsn // SEGMENT_BYTES, max(found))


def _require_no_gap(folder: Path, first: int, last: int) -> None:
    """Check that recovery gets to the end: at a gap it would end as if that were all."""
    there = {segment.number for path in folder.iterdir() if (segment := Segment.parse(path.name))}
    missing = next((number for number in range(first, last) if number not in there), None)
    if missing is not None:
        name = Segment(1, missing).name[8:]
        raise BackupError(
            f"The WAL segment {name} (of any time line) is missing between what was archived and what is on the dead "
            "server's disk, so what is after it cannot be restored. Use a later backup if there is one, or restore "
            "without --wal-from what was archived before it."
        )


def find_leftover(data_dir: Path, system_identifier: str) -> Leftover:
    """Find the WAL of a dead server.

    Args:
        data_dir: its data folder.
        system_identifier: of the database whose backup is restored.

    Raises:
        BackupError: a server runs there, there is none, or it is another database's.
    """
    folder = DataFolder(data_dir)
    cluster = folder.cluster.resolve()
    wal = cluster / "pg_wal"
    if not wal.is_dir():
        raise BackupError(
            f"{data_dir} has no database. --wal-from is the data folder of the server that is dead."
        )
    if Postmaster.find(cluster) is not None:
        raise BackupError(
            f"A server runs with {data_dir}, so its WAL is not complete. Stop it first: what is on its "
            "disk may be all right without a restore."
        )
    account = own_account()
    said = account.run([binaries_for(account).pg_controldata, "-D", cluster]).stdout
    match = re.search(r"Database system identifier:\s+(\d+)", said)
    if match is None:
        raise BackupError(f"The database in {data_dir} is too damaged to tell whose it is.")
    if match[1] != system_identifier:
        raise BackupError(
            f"{data_dir} has another database ({match[1]}) than the backup ({system_identifier})."
        )
    names = (Segment.parse(path.name) for path in wal.iterdir())
    histories = {
        number: parse_history(path.read_text(encoding="ascii", errors="replace"))
        for path in wal.glob("*.history")
        if (number := timeline_of_history(path.name)) is not None
    }
    timeline = max((one.timeline for one in names if one is not None), default=1)
    return Leftover(wal, timeline, histories)
