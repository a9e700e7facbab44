"""Checking a backup: every byte of it is read, and compared with what was written."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from embedded_postgres.backup.base import check_tar, read_manifest
from embedded_postgres.backup.errors import BackupError
from partner_api.backup.catalog import BASES, segment_name
from partner_api.backup.creating import sum_of
from partner_api.backup.shipping import expanded

if TYPE_CHECKING:
    from collections.abc import Callable

    from partner_api.backup.catalog import BaseRecord, Catalog
    from partner_api.backup.target import Target


def fetch_object(target: Target, base: BaseRecord, name: str, folder: Path) -> Path:
    """Download a part of a copy and check its sum.

    Raises:
        BackupError: it is missing or damaged.
    """
    path = folder / name
    try:
        target.download(f"{BASES}/{base.id}/{name}", path)
    except FileNotFoundError as error:
        raise _damaged(base, name, "missing") from error
    if sum_of(path) != base.objects[name]:
        raise _damaged(base, name, "not what was written")
    return path


def check_base(
    target: Target, base: BaseRecord, on_progress: Callable[[str, int, int], None]
) -> None:
    """Read a copy and compare each of its files with the manifest.

    Args:
        target: where it is.
        base: the copy.
        on_progress: called with what is done, how much of it, and how much there is.

    Raises:
        BackupError: it is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="layers-backup-") as folder:
        paths = {
            name: fetch_object(target, base, name, Path(folder)) for name in sorted(base.objects)
        }
        manifest = read_manifest(paths["backup_manifest"])
        total = len(manifest.files)
        check_tar(
            paths["base.tar.gz"], manifest, lambda done: on_progress("checking files", done, total)
        )


def check_wal(
    target: Target,
    catalog: Catalog,
    base: BaseRecord,
    timeline: int,
    on_progress: Callable[[str, int, int], None],
) -> int:
    """Read all WAL between a copy and the end of a time line; return the number of segments.

    Raises:
        BackupError: a segment is missing or damaged.
    """
    require_no_gap(catalog, base, timeline)
    segments = catalog.segments_from(base, timeline)
    for number, (segment, partial) in enumerate(segments):
        on_progress("checking WAL", number, len(segments))
        name = segment_name(segment, partial=partial)
        expanded(target.read(name), name)
    return len(segments)


def require_no_gap(catalog: Catalog, base: BaseRecord, timeline: int) -> None:
    """Check that no segment is missing between a copy and the end of a time line.

    Raises:
        BackupError: one is.
    """
    missing = catalog.missing_after(base, timeline)
    if missing is not None:
        raise BackupError(
            f"The WAL segment {missing.name} is missing in the target, so what happened after it cannot "
            f"be restored from the backup {base.id}. If a later backup exists, use that; else make a new one with "
            "`layers backup create`. Instants before it can be restored with --to."
        )


def _damaged(base: BaseRecord, name: str, how: str) -> BackupError:
    return BackupError(
        f"The backup {base.id} is damaged: {name} is {how}. Use another backup, which "
        "`layers backup list` names, and make a new one with `layers backup create`."
    )
