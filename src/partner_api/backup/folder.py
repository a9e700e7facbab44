"""Backups in a folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from embedded_postgres.backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

_DRAFT = ".draft-"


class FolderTarget:
    """Keeps backups in a folder, closed to every other account: they are as secret as the database.

    Args:
        path: of the folder, which is created by the first backup.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path).expanduser().absolute()
        self.scratch: Path | None = self._path

    def names(self, prefix: str) -> dict[str, int]:
        """Return the names below a folder, without it, and their sizes in bytes."""
        root = self._path / prefix
        found = {}
        with _explained(self._path):
            for folder, _, files in os.walk(root, onerror=_raise_unless_missing):
                for name in files:
                    if not name.startswith(_DRAFT):
                        path = Path(folder, name)
                        with contextlib.suppress(FileNotFoundError):
                            found[path.relative_to(root).as_posix()] = path.stat().st_size
        return found

    def read(self, name: str) -> bytes:
        """Return what has a name."""
        with _explained(self._path):
            return (self._path / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Keep something under a name, in place of what had it."""
        self._put(name, lambda file: file.write(content))

    def upload(self, name: str, path: Path) -> None:
        """Keep a file under a name, in place of what had it."""

        def copy(file: IO[bytes]) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, file, 1024 * 1024)

        self._put(name, copy)

    def download(self, name: str, path: Path) -> None:
        """Write what has a name to a file."""
        with _explained(self._path):
            shutil.copyfile(self._path / name, path)

    def delete(self, name: str) -> None:
        """Remove what has a name, if anything has, and the folder if it was the last one in it."""
        place = self._path / name
        with _explained(self._path):
            place.unlink(missing_ok=True)
            if place.parent != self._path:
                with contextlib.suppress(OSError):
                    place.parent.rmdir()

    def _put(self, name: str, fill: Callable[[IO[bytes]], object]) -> None:
        place = self._path / name
        with _explained(self._path):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(prefix=_DRAFT, dir=place.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    fill(file)
                    file.flush()
                    os.fsync(descriptor)
                os.rename(draft, place)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(draft)
                raise
            folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BackupError(
            f"The folder for backups {path} cannot be used: {error.strerror or error}. Correct that; "
            "nothing that it has is lost."
        ) from error


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
