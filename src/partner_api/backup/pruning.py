"""Removing old backups, in an order in which a kill at any instant leaves nothing that looks whole and is not."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from embedded_postgres.backup.errors import BackupError
from embedded_postgres.backup.wal import SEGMENT_BYTES
from partner_api.backup.catalog import BASE_RECORD, BASES, FILE_LIST, FILES, segment_name

if TYPE_CHECKING:
    from partner_api.backup.catalog import BaseRecord, Catalog
    from partner_api.backup.target import Target

# A copy without a record may be one that is just being made.
_UNFINISHED_FOR: Final = timedelta(days=1)


class Pruned(NamedTuple):
    """What was removed: copies, segments of WAL, generated files."""

    bases: int
    segments: int
    files: int


def prune(target: Target, catalog: Catalog, keep: int, now: datetime) -> Pruned:
    """Remove old copies, and what only those needed that are removed.

    Args:
        target: where they are.
        catalog: what it has.
        keep: how many copies stay from which the current time line can be restored, at least one. Those of other time
            lines stay too, up to the age of the oldest one: such a line may be that of a drill, or the one that lives.
        now: the time.

    Raises:
        BackupError: the newest copy lacks a part, so the older ones are still needed.
    """
    target.tidy()
    current = catalog.bases_for(catalog.current_timeline())
    counted = sorted(current, key=lambda base: base.started_at)[-keep:]
    if not counted:
        return Pruned(0, 0, 0)
    _require_whole(target, counted[-1])
    removed = [base for base in catalog.bases if base.started_at < counted[0].started_at]
    kept = [base for base in catalog.bases if base.started_at >= counted[0].started_at]
    # First of all: from here on they are not whole, and nothing restores from them.
    for base in removed:
        target.delete(f"{BASES}/{base.id}/{BASE_RECORD}")
    left = [base_id for base_id in catalog.unfinished if _is_old(base_id, now)]
    files = _remove_bases(target, [*(base.id for base in removed), *left], kept)
    # What is before the oldest copy is of no use, on whatever time line.
    first = min(base.start_lsn for base in kept) // SEGMENT_BYTES
    segments = 0
    for partial, found in ((False, catalog.segments), (True, catalog.partials)):
        for segment in sorted(found, key=lambda segment: segment.number):
            if segment.number < first:
                target.delete(segment_name(segment, partial=partial))
                segments += 1
    return Pruned(len(removed), segments, files)


def _require_whole(target: Target, base: BaseRecord) -> None:
    sizes = target.names(f"{BASES}/{base.id}")
    for name, stored in base.objects.items():
        if sizes.get(name) != stored.size_bytes:
            raise BackupError(
                f"Nothing was removed: the newest backup {base.id} lacks {name} or has half of it. Make a "
                "new one with `layers backup create`, then prune again."
            )


def _remove_bases(target: Target, base_ids: list[str], kept: list[BaseRecord]) -> int:
    needed = {name for base in kept for name in _files_of(target, base.id)}
    removed: set[str] = set()
    for base_id in base_ids:
        for name in _files_of(target, base_id):
            if name not in needed and name not in removed:
                target.delete(f"{FILES}/{name}")
                removed.add(name)
        names = target.names(f"{BASES}/{base_id}")
        # The list last: a removal that is cut off goes on with it the next time.
        for name in sorted(names, key=lambda name: name == FILE_LIST):
            target.delete(f"{BASES}/{base_id}/{name}")
    return len(removed)


def _files_of(target: Target, base_id: str) -> list[str]:
    try:
        content = target.read(f"{BASES}/{base_id}/{FILE_LIST}")
    except FileNotFoundError:
        return []
    try:
        return msgspec.json.decode(gzip.decompress(content), type=list[str])
    except (OSError, EOFError, msgspec.MsgspecError) as error:
        raise BackupError(
            f"The list of files of the backup {base_id} is damaged, so it is not known which files are "
            "needed. Remove that backup's folder by hand, and make a new backup."
        ) from error


def _is_old(base_id: str, now: datetime) -> bool:
    try:
        made_at = datetime.strptime(base_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return now - made_at > _UNFINISHED_FOR
