"""What both storages have in common: names, keys, limits, and taking bytes in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from typing import TYPE_CHECKING, NamedTuple, Protocol

from partner_api.storage.errors import FileTooLarge, InvalidKey
from partner_api.storage.threads import OpenFile, in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

MAX_FILE_BYTES = 100 * 1024 * 1024
URL_SECONDS = 3600
"""How long the address of a file can be used."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}")
# One part of a key: a name, with what makes it unique before it.
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_KEY_PARTS = 3
_MIME_TYPES = {
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "png": "image/png",
    "webm": "video/webm",
    "webp": "image/webp",
}
_ANY_TYPE = "application/octet-stream"


class StoredFile(NamedTuple):
    """A file in storage: its key, its bytes' number and their SHA-256 in hexadecimal digits."""

    key: str
    size_bytes: int
    sha256: str


class OpenedFile(Protocol):
    """A file that is read part by part; whoever opened it closes it."""

    size_bytes: int
    """How large it was when it was opened."""
    part_bytes: int
    """How much is read at a time."""

    async def read(self, size: int, position: int) -> bytes:
        """Return up to ``size`` bytes from a position on; none behind the end.

        Raises:
            StorageUnavailable: there was no answer in time, or the bucket refuses.
            OSError: the folder cannot be read.
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class Storage(Protocol):
    """Keeps files by their keys. A key is written once and never changes what it stands for."""

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """Keep a file, whole or not at all.

        Args:
            key: from ``file_key``.
            chunks: its bytes as they come; what it raises goes on to the caller.

        Raises:
            FileTooLarge: more than ``MAX_FILE_BYTES``.
            InvalidKey: not a key.
            StorageUnavailable: the bucket cannot be reached or refuses; or there was no answer in time.
            OSError: the folder cannot be written.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove a file, if it is there.

        Raises:
            InvalidKey, StorageUnavailable, OSError: as ``put``.
        """
        ...

    async def open(self, key: str) -> OpenedFile:
        """Open a file to read it.

        Raises:
            FileNotFoundError: there is none.
            InvalidKey, StorageUnavailable, OSError: as ``put``.
        """
        ...

    async def url(self, file: StoredFile, mime_type: str, now: datetime) -> str:
        """Return an address from which anyone can read the file for one hour.

        Args:
            file: what is stored.
            mime_type: what it is served as, if it is a type of image, sound or film.
            now: when the hour begins.

        Raises:
            InvalidKey, StorageUnavailable: as ``put``.
        """
        ...


def check_name(name: str) -> str:
    """Return the name of an asset.

    Raises:
        InvalidKey: it has another form than 1 to 120 of A-Z, a-z, 0-9, ``.``, ``_`` and ``-``, not
            beginning with a dot.
    """
    if not _NAME.fullmatch(name):
        raise InvalidKey("a name is 1 to 120 of A-Z, a-z, 0-9, . _ - and does not begin with a dot")
    return name


def file_key(tenant_id: int, container_id: UUID, name: str) -> str:
    """Return the key of a new file of a container; it is another one each time.

    So a late upload of a worker that lost its claim never lies where a finished asset is.
    """
    return f"{tenant_id}/{container_id}/{secrets.token_hex(8)}-{check_name(name)}"


def content_key(tenant_id: int, container_id: UUID, name: str, content: bytes) -> str:
    """Return the key that a file of a container has if its bytes follow from what was asked for.

    Whoever makes the file again, after a crash or at the same time, writes the same bytes there.
    """
    digest = hashlib.sha256(content).hexdigest()
    return f"{tenant_id}/{container_id}/{digest[:16]}-{check_name(name)}"


def check_key(key: str) -> tuple[str, ...]:
    """Take a key apart.

    Raises:
        InvalidKey: it is none.
    """
    parts = tuple(key.split("/"))
    if len(parts) != _KEY_PARTS or not all(_PART.fullmatch(part) for part in parts):
        raise InvalidKey("this is not the key of a file")
    return parts


def mime_type_of(key: str) -> str:
    """Return the type of a file by the end of its key; a type that is not known is just bytes."""
    return _MIME_TYPES.get(key.rpartition(".")[2].lower(), _ANY_TYPE)


def harmless_type(mime_type: str) -> str:
    """Return a type that no browser runs: of images (without scripts), sounds and films, or bytes."""
    kind = mime_type.partition(";")[0].strip().lower()
    plain = re.fullmatch(r"(image|video|audio)/[a-z0-9.+-]{1,60}", kind)
    return kind if plain and kind != "image/svg+xml" else _ANY_TYPE


@contextlib.asynccontextmanager
async def taken_in(
    folder: Path, key: str, chunks: AsyncIterable[bytes]
) -> AsyncIterator[tuple[Path, StoredFile]]:
    """Write what comes into a file of its own in ``folder``, and remove it at the end if it is still there.

    The file is on the disk, not only on its way there, when the block begins.

    Raises:
        FileTooLarge: more than ``MAX_FILE_BYTES``.
    """
    draft = folder / secrets.token_hex(16)
    await in_thread(_make_folder, folder)
    file = await OpenFile.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)
    try:
        try:
            digest, size = hashlib.sha256(), 0
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_FILE_BYTES:
                    raise FileTooLarge
                digest.update(chunk)
                await file.run(_write, chunk)
            await file.run(os.fsync)
        finally:
            file.close()
        yield draft, StoredFile(key, size, digest.hexdigest())
    finally:
        await in_thread(_remove, draft)


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _remove(draft: Path) -> None:
    draft.unlink(missing_ok=True)


def _write(file: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(file, rest) :]
