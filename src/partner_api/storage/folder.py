"""Files in a folder of this machine, served by this server at signed addresses."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from typing import TYPE_CHECKING

from partner_api.storage.addresses import signed_address
from partner_api.storage.files import StoredFile, check_key, taken_in
from partner_api.storage.threads import OpenFile, in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterable
    from pathlib import Path

    from partner_api.crypto import SecretKeys

_INCOMING = ".incoming"
_STALE_SECONDS = 24 * 3600


class FolderStorage:
    """Keeps files below a folder, at the path that their key is.

    Args:
        folder: made when the first file comes; several servers may share it.
        secret_keys: sign addresses.
    """

    def __init__(self, folder: Path, secret_keys: SecretKeys) -> None:
        self._folder = folder
        self._secret_keys = secret_keys
        self._cleared = False

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """Keep a file: it is written aside, and appears under its key when all of it is on the disk."""
        path = self.path(key)
        if not self._cleared:
            self._cleared = True
            await in_thread(self._clear_incoming)
        async with taken_in(self._folder / _INCOMING, key, chunks) as (draft, stored):
            await in_thread(_move, draft, path)
        return stored

    async def delete(self, key: str) -> None:
        """Remove a file, if it is there, and its folder with the last one."""
        await in_thread(_remove, self.path(key))

    async def url(self, file: StoredFile, mime_type: str, now: datetime) -> str:
        """Return a path on this server."""
        return signed_address(self._secret_keys, file, mime_type, now)

    async def open(self, key: str) -> OpenFile:
        """Open a file to read it."""
        return await OpenFile.open(self.path(key), os.O_RDONLY | os.O_NOFOLLOW)

    def path(self, key: str) -> Path:
        """Return the path of a file.

        Raises:
            InvalidKey: it is no key; so no path leads out of the folder.
        """
        return self._folder.joinpath(*check_key(key))

    def _clear_incoming(self) -> None:
        """Remove what uploads that were cut off by a crash have left."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder / _INCOMING) as drafts:
            for draft in drafts:
                with contextlib.suppress(FileNotFoundError):
                    age = datetime.now().timestamp() - draft.stat().st_mtime
                    if age > _STALE_SECONDS:
                        os.unlink(draft.path)


def _move(draft: Path, path: Path) -> None:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            draft.rename(path)
        except FileNotFoundError:
            # Another file of this folder was just removed, and the folder with it.
            if draft.exists():
                continue
            raise
        break
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()
