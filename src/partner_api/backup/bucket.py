"""Backups in a bucket of S3, or of anything that speaks like it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from embedded_postgres.backup.errors import BackupError

# First: it says which extra to install when the library is missing.
from partner_api.storage.bucket import open_bucket  # isort: skip
import obstore
from obstore.exceptions import BaseError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PART_BYTES = 8 * 1024 * 1024


class BucketTarget:
    """Keeps backups as objects, whose names are theirs behind the prefix.

    Args:
        url: ``s3://bucket/prefix?endpoint=https://…&region=…``; who it is comes from the usual variables,
            ``AWS_ACCESS_KEY_ID`` and so on, or from the machine's role.
    """

    def __init__(self, url: str) -> None:
        self._store = open_bucket(url)
        self.scratch: Path | None = None

    def names(self, prefix: str) -> dict[str, int]:
        """Return the names below a folder, without it, and their sizes in bytes."""
        start = f"{prefix}/" if prefix else ""
        with _explained():
            return {
                found["path"].removeprefix(start): found["size"]
                for page in obstore.list(self._store, prefix or None)
                for found in page
            }

    def read(self, name: str) -> bytes:
        """Return what has a name."""
        with _explained():
            return bytes(obstore.get(self._store, name).bytes())

    def write(self, name: str, content: bytes) -> None:
        """Keep something under a name, in place of what had it."""
        with _explained():
            obstore.put(self._store, name, content)

    def upload(self, name: str, path: Path) -> None:
        """Keep a file under a name, in parts if it is large."""
        with _explained():
            obstore.put(self._store, name, path)

    def download(self, name: str, path: Path) -> None:
        """Write what has a name to a file, part by part: each request has a limit of time."""
        with _explained(), path.open("wb") as file:
            size = obstore.head(self._store, name)["size"]
            for start in range(0, size, _PART_BYTES):
                end = min(start + _PART_BYTES, size)
                file.write(obstore.get_range(self._store, name, start=start, end=end))

    def tidy(self) -> None:
        """Do nothing: half of an object is none. What a bucket keeps of its parts, a rule of the bucket removes."""

    def delete(self, name: str) -> None:
        """Remove what has a name, if anything has."""
        with _explained(), contextlib.suppress(NotFoundError, FileNotFoundError):
            obstore.delete(self._store, name)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NotFoundError as error:
        raise FileNotFoundError("no such object") from error
    except FileNotFoundError:
        raise
    except (BaseError, TimeoutError, OSError) as error:
        # What the library says may have the address of a request, which may be signed.
        raise BackupError(
            f"The bucket for backups cannot be used: {type(error).__name__}. See that it exists, that "
            "it can be reached, and that the credentials may list, get, put and delete."
        ) from None
