"""Files in a folder of this machine, served by this server at signed addresses."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from partner_api.storage.files import URL_SECONDS, StoredFile, check_key, harmless_type, taken_in
from partner_api.storage.threads import in_thread

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
        expires = int(now.timestamp()) + URL_SECONDS
        kind = harmless_type(mime_type)
        signature = self._secret_keys.sign(_message(file.key, kind, file.sha256, expires))
        query = {
            "type": kind,
            "sha256": file.sha256,
            "expires": expires,
            "signature": base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
        }
        return f"/files/{file.key}?{urlencode(query)}"

    def admits(
        self, key: str, kind: str, sha256: str, expires: int, signature: str, now: datetime
    ) -> bool:
        """Return whether this server made an address and its hour is not over."""
        try:
            given = base64.urlsafe_b64decode(signature.encode("ascii") + b"==")
        except (UnicodeEncodeError, binascii.Error):
            return False
        genuine = self._secret_keys.signed(_message(key, kind, sha256, expires), given)
        return genuine and now < datetime.fromtimestamp(expires, UTC)

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


def _message(key: str, kind: str, sha256: str, expires: int) -> bytes:
    # Line breaks are in none of them, and the first line keeps this from being another signature.
    return f"file\n{key}\n{kind}\n{sha256}\n{expires}".encode()


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
