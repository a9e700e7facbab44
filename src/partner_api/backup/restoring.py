"""Restoring: a new data folder out of a backup and the WAL after it."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from embedded_postgres.backup.errors import BackupError, TargetNotReached
from embedded_postgres.backup.recovery import recovering
from embedded_postgres.backup.wal import SEGMENT_BYTES, timeline_of_history
from embedded_postgres.binaries import MAJOR_VERSION
from partner_api.backup.catalog import FILES, history_place, segment_name
from partner_api.backup.checking import fetch_object, require_no_gap
from partner_api.backup.shipping import expanded
from partner_api.clock import format_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from embedded_postgres.backup.recovery import Recovery
    from embedded_postgres.backup.wal import Segment
    from partner_api.backup.catalog import BaseRecord, Catalog
    from partner_api.backup.leftover import Leftover
    from partner_api.backup.target import Target

    Progress = Callable[[str, int, int], None]

_MODE: Final = 0o600


class RestorePlan(NamedTuple):
    """What is to be restored: a copy, and the WAL after it on the way to a time line.

    Args:
        base: the copy.
        timeline: the time line.
        to: the instant; None for all that there is.
        reach: the last instant of which everything is there; None if it is not known.
        segments: of the target, and whether each is partial.
        missing: the first one that is missing before the end of the time line.
    """

    base: BaseRecord
    timeline: int
    to: datetime | None
    reach: datetime | None
    segments: list[tuple[Segment, bool]]
    missing: Segment | None


def plan_restore(
    catalog: Catalog,
    *,
    to: datetime | None,
    timeline: int | None,
    base_id: str | None,
    leftover: Leftover | None,
) -> RestorePlan:
    """Choose the copy and the WAL for an instant.

    Args:
        catalog: what the target has.
        to: the instant; the newest without it.
        timeline: the time line, when it is not the newest.
        base_id: the copy, when it is not the last before the instant.
        leftover: WAL of a dead server, which goes on where the target ends.

    Raises:
        BackupError: the instant cannot be reached; the sentence says which can.
    """
    if leftover is not None:
        catalog = catalog._replace(histories=leftover.histories | catalog.histories)
    chosen = timeline or max(
        catalog.newest_timeline(), leftover.timeline if leftover is not None else 1
    )
    if timeline is None and leftover is None:
        _require_newest(catalog, chosen)
    bases = catalog.bases_for(chosen)
    if not bases:
        raise BackupError(
            f"There is no backup of time line {chosen}. `layers backup list` shows what there is."
        )
    usable = [
        base
        for base in bases
        if (to is None or base.finished_at <= to) and base_id in (None, base.id)
    ]
    reach = None if leftover is not None else catalog.reach(bases[-1], chosen)
    if not usable and to is not None and base_id is None:
        raise BackupError(
            f"{format_milliseconds(to)} is before the first backup was done. "
            + _range(bases[0].finished_at, reach)
        )
    if not usable:
        raise BackupError(
            f"There is no backup {base_id} before that instant. `layers backup list` names all."
        )
    base = usable[-1]
    if base.postgres_major != MAJOR_VERSION:
        raise BackupError(
            f"The backup {base.id} was made by PostgreSQL {base.postgres_major}, and this is PostgreSQL "
            f"{MAJOR_VERSION}. Restore it with version {base.version} of this program."
        )
    if leftover is None:
        record = catalog.timelines.get(chosen)
        if to is not None and (record is None or to > record.as_of):
            raise BackupError(
                f"{format_milliseconds(to)} is after the last instant that was archived. "
                + _range(bases[0].finished_at, reach)
            )
        if to is None:
            require_no_gap(catalog, base, chosen)
    segments = catalog.segments_from(base, chosen)
    # What is behind a copy that was begun after the instant is not needed for it.
    later = [one.end_lsn for one in bases if to is not None and one.started_at > to]
    if later:
        end = min(later) // SEGMENT_BYTES
        segments = [one for one in segments if one[0].number <= end]
    missing = catalog.missing_after(base, chosen)
    return RestorePlan(base, chosen, to, reach, segments, missing)


def _require_newest(catalog: Catalog, chosen: int) -> None:
    """Check that no other time line goes on: a restored copy that was tried with the target has begun its own."""
    record = catalog.timelines.get(chosen)
    live = max(catalog.timelines.values(), key=lambda one: one.as_of, default=record)
    if record is not None and live is not None and live.as_of > record.as_of:
        raise BackupError(
            f"Time line {chosen} was begun last, but time line {live.timeline} was archived later. Choose one with "
            "--timeline; `layers backup list` shows both."
        )


def _range(first: datetime, last: datetime | None) -> str:
    if last is None:
        return "No instant can be named: restore without --to, which is the newest."
    return (
        f"Every instant from {format_milliseconds(first)} to {format_milliseconds(last)} can be "
        "restored."
    )


def restore(
    target: Target,
    plan: RestorePlan,
    data_dir: Path,
    user: str | None,
    *,
    leftover: Leftover | None,
    on_progress: Progress,
) -> None:
    """Restore into a data folder that has no database; all of it is there at the end, or nothing.

    Args:
        target: where the backup is.
        plan: what is to be restored.
        data_dir: the data folder.
        user: the account that is to run PostgreSQL when this process is root's.
        leftover: WAL of a dead server, which goes on where the target ends.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        BackupError: something is missing or damaged, or the folder has a database.
        DatabaseStartError: PostgreSQL cannot do it.
    """
    with recovering(data_dir, user) as (recovery, finish):
        for left in data_dir.glob(".restore-*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data_dir) as scratch:
            on_progress("fetching the backup", 0, 0)
            base, wal = (
                fetch_object(target, plan.base, name, Path(scratch))
                for name in ("base.tar.gz", "pg_wal.tar.gz")
            )
            recovery.unpack(base, wal, lambda done: on_progress("unpacking", done, 0))
        _fetch_wal(target, plan, recovery, on_progress)
        if leftover is not None:
            leftover.copy_into(recovery.wal, plan.base.start_lsn)
        total = sum(1 for _ in recovery.wal.iterdir())
        _recover(plan, recovery, leftover, lambda done: on_progress("recovering", done, total))
        _fetch_files(target, data_dir / "files", on_progress)
        finish()


def _fetch_wal(
    target: Target, plan: RestorePlan, recovery: Recovery, on_progress: Progress
) -> None:
    for name in target.names("wal"):
        # All of them: the new time line needs a number that none has.
        timeline = timeline_of_history(name)
        if timeline is not None:
            _write(recovery.wal / name, target.read(history_place(timeline)))
    for number, (segment, partial) in enumerate(plan.segments):
        on_progress("fetching WAL", number, len(plan.segments))
        name = segment_name(segment, partial=partial)
        _write(recovery.wal / segment.name, expanded(target.read(name), name))


def _recover(
    plan: RestorePlan,
    recovery: Recovery,
    leftover: Leftover | None,
    on_segment: Callable[[int], None],
) -> None:
    try:
        recovery.recover(plan.to, plan.timeline, on_segment)
    except TargetNotReached as error:
        # All that there is was committed before the instant. Is it all that there was?
        to, last = plan.to, error.last_commit
        missing = None if leftover is not None else plan.missing
        if to is not None and missing is not None and (last is None or to > last):
            until = "" if last is None else f" up to {format_milliseconds(last)}"
            raise BackupError(
                f"The WAL segment {missing.name} is missing in the target. From the backup {plan.base.id} "
                f"instants{until} can be restored, and later ones only from a later backup."
            ) from error
        recovery.recover(None, plan.timeline, on_segment)


def _fetch_files(target: Target, folder: Path, on_progress: Progress) -> None:
    names = target.names(FILES)
    for number, name in enumerate(sorted(names)):
        on_progress("fetching files", number, len(names))
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            raise BackupError(f"The target has a file with a name that leads elsewhere: {name!r}.")
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.download(f"{FILES}/{name}", place)
        place.chmod(_MODE)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(_MODE)
