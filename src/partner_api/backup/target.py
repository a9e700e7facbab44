"""Where backups are kept: in a folder, such as a mounted disk, or in a bucket.

Names are paths with ``/``. A thing is there whole or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from embedded_postgres.backup.errors import BackupError


class Target(Protocol):
    """A place for backups. Everything here may raise `BackupError`: it cannot be used."""

    scratch: Path | None
    """A folder at the place, where large things can be prepared; None when it has none."""

    def names(self, prefix: str) -> dict[str, int]:
        """Return the names below a folder, without it, and their sizes in bytes."""
        ...

    def read(self, name: str) -> bytes:
        """Return what has a name.

        Raises:
            FileNotFoundError: nothing has it.
        """
        ...

    def write(self, name: str, content: bytes) -> None:
        """Keep something under a name, in place of what had it."""
        ...

    def upload(self, name: str, path: Path) -> None:
        """Keep a file under a name, in place of what had it."""
        ...

    def download(self, name: str, path: Path) -> None:
        """Write what has a name to a file.

        Raises:
            FileNotFoundError: nothing has it.
        """
        ...

    def tidy(self) -> None:
        """Remove what writers that were killed have left, and nothing that has a name."""
        ...

    def delete(self, name: str) -> None:
        """Remove what has a name, if anything has."""
        ...


def open_target(address: str) -> Target:
    """Return the target of an address: a bucket's, ``s3://…``, or the path of a folder.

    Raises:
        BackupError: what talks to buckets is not installed, or a file with a bucket's key cannot be used.
    """
    if not address.startswith("s3://"):
        from partner_api.backup.folder import FolderTarget

        return FolderTarget(address)
    from partner_api.storage.errors import StorageUnavailable

    try:
        from partner_api.backup.bucket import BucketTarget
    except StorageUnavailable:
        raise BackupError(
            "Backups go to a bucket, but what talks to buckets is not installed. "
            'Install the extra: pip install "layers-partner-api[s3]".'
        ) from None
    try:
        return BucketTarget(address)
    except StorageUnavailable as error:
        raise BackupError(str(error)) from None


def require_outside(address: str, data_dir: Path) -> None:
    """Check that a target is not in the data folder, where it would copy itself, or be in the way of PostgreSQL.

    Raises:
        BackupError: it is.
    """
    if address.startswith("s3://"):
        return
    if Path(address).expanduser().resolve().is_relative_to(data_dir.expanduser().resolve()):
        raise BackupError(
            f"The folder for backups {address} is in the data folder {data_dir}, and would be lost with it. "
            "Choose a folder on another disk, or a bucket."
        )
