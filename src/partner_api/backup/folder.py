"""Backups in a folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from embedded_postgres.backup.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

_DRAFT: Final = ".draft-"
_STALE_SECONDS: Final = 24 * 3600


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
            return self._place(name).read_bytes()

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
            shutil.copyfile(self._place(name), path)

    def tidy(self) -> None:
        """Remove the drafts of writers that were killed; what is younger may be at work."""
        with _explained(self._path):
            for folder, _, files in os.walk(self._path, onerror=_raise_unless_missing):
                for name in files:
                    path = Path(folder, name)
                    with contextlib.suppress(FileNotFoundError):
                        if (
                            name.startswith(_DRAFT)
                            and time.time() - path.stat().st_mtime > _STALE_SECONDS
                        ):
                            path.unlink()
                            _remove_if_empty(path.parent, self._path)

    def delete(self, name: str) -> None:
        """Remove what has a name, if anything has, and the folder if it was the last one in it."""
        place = self._place(name)
        with _explained(self._path):
            place.unlink(missing_ok=True)
            _remove_if_empty(place.parent, self._path)

    def _place(self, name: str) -> Path:
        """Return the path of a name; a list of names in the folder may have been changed by somebody."""
        if ".." in name.split("/") or name.startswith("/") or "\0" in name:
            raise BackupError(f"The target has a name that leads elsewhere: {name!r}.")
        return self._path / name

    def _put(self, name: str, fill: Callable[[IO[bytes]], object]) -> None:
        place = self._place(name)
        with _explained(self._path):
            _make_folder(place.parent)
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
            _flush(place.parent)


def _make_folder(folder: Path) -> None:
    """Create a folder and those above it, each closed to others and there after a crash."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    # Where it may be entered and written, and not read, there is nothing to open.
    with contextlib.suppress(PermissionError):
        _flush(folder.parent)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_if_empty(folder: Path, root: Path) -> None:
    if folder != root:
        with contextlib.suppress(OSError):
            folder.rmdir()


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
