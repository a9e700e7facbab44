"""Files in a bucket of S3, or of anything that speaks like it."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from partner_api.database.pool import require_no_connection
from partner_api.settings.secret_files import SUFFIX, text_of_secret
from partner_api.storage.errors import StorageUnavailable
from partner_api.storage.files import URL_SECONDS, StoredFile, check_key, mime_type_of, taken_in
from partner_api.time_limits import STORAGE_SECONDS

try:
    import obstore
    from obstore.exceptions import BaseError, NotFoundError
    from obstore.store import S3Store
except ImportError as error:
    raise StorageUnavailable(
        "LAYERS_STORAGE_URL names a bucket, but what talks to buckets is not installed. "
        'Install the extra: pip install "layers-partner-api[s3]".'
    ) from error

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

_INCOMING = ".incoming"
BUCKET_KEYS = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
}
_TIMEOUT = timedelta(seconds=STORAGE_SECONDS)
_RETRIES = 3
_RETRY_TIMEOUT = timedelta(seconds=20)


def open_bucket(url: str) -> S3Store:
    """Return the bucket of an address; nothing is connected to yet.

    Args:
        url: ``s3://bucket/prefix?endpoint=https://…&region=…``.

    Raises:
        StorageUnavailable: a file that has one of its keys cannot be used.
    """
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    config: dict[str, Any] = bucket_keys(os.environ)
    if "region" in options:
        config["region"] = options["region"]
    client: dict[str, Any] = {"timeout": _TIMEOUT}
    if "endpoint" in options:
        config["endpoint"] = options["endpoint"]
        # Servers other than Amazon's have no name of their own for each bucket.
        config["virtual_hosted_style_request"] = False
        client["allow_http"] = options["endpoint"].startswith("http:")
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,  # type: ignore[arg-type]
        client_options=client,  # type: ignore[arg-type]
        retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_TIMEOUT},
    )


def bucket_keys(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the keys of a bucket that are in files; the library itself knows those in variables.

    Args:
        environ: variables and their texts, as in ``os.environ``.

    Raises:
        StorageUnavailable: a file cannot be used, or the variable is set beside it; without any of its text.
    """
    found: dict[str, Any] = {}
    for variable, key in BUCKET_KEYS.items():
        of_file = variable + SUFFIX
        if not (path := environ.get(of_file, "").strip()):
            continue
        if environ.get(variable, "").strip():
            raise StorageUnavailable(f"{variable} and {of_file} are both set: unset one of them.")
        try:
            found[key] = text_of_secret(Path(path))
        except ValueError as error:
            raise StorageUnavailable(f"{of_file} is set, but {error}.") from None
    if found.keys() == {"secret_access_key"} or found.keys() == {"access_key_id"}:
        raise StorageUnavailable(
            "Of the two keys of a bucket one is in a file: put both into files, "
            "which AWS_ACCESS_KEY_ID_FILE and AWS_SECRET_ACCESS_KEY_FILE name."
        )
    return found


class BucketStorage:
    """Keeps files as objects, whose names are their keys behind the prefix.

    A file is taken in on this machine's disk first: so nothing incomplete and nothing too large
    gets into the bucket, and no part of an upload is left there.

    Args:
        url: ``s3://bucket/prefix?endpoint=https://…&region=…``; who it is comes from the usual
            variables, ``AWS_ACCESS_KEY_ID`` and so on, or from the machine's role.
        folder: for files on their way.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder / _INCOMING
        self._store = open_bucket(url)

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> StoredFile:
        """Keep a file: it is taken in here, then sent."""
        check_key(key)
        async with taken_in(self._folder, key, chunks) as (draft, stored):
            try:
                async with asyncio.timeout(STORAGE_SECONDS):
                    await obstore.put_async(
                        self._store, key, draft, attributes={"Content-Type": mime_type_of(key)}
                    )
            except (BaseError, OSError) as error:
                raise _unavailable(error) from error
        return stored

    async def delete(self, key: str) -> None:
        """Remove a file, if it is there."""
        check_key(key)
        require_no_connection()
        try:
            async with asyncio.timeout(STORAGE_SECONDS):
                await obstore.delete_async(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, TimeoutError) as error:
            raise _unavailable(error) from error

    async def open(self, key: str) -> BucketFile:
        """Return an object to read, as large as the bucket says."""
        check_key(key)
        require_no_connection()
        try:
            async with asyncio.timeout(STORAGE_SECONDS):
                found = await obstore.head_async(self._store, key)
        except NotFoundError as error:
            raise FileNotFoundError(key) from error
        except (BaseError, TimeoutError) as error:
            raise _unavailable(error) from error
        return BucketFile(self._store, key, found["size"])

    async def url(self, file: StoredFile, mime_type: str, now: datetime) -> str:
        """Return the bucket's own address; it is served as what the end of its name says."""
        check_key(file.key)
        require_no_connection()
        try:
            # The credentials may have to be asked for.
            async with asyncio.timeout(STORAGE_SECONDS):
                address: str = await obstore.sign_async(
                    self._store, "GET", file.key, timedelta(seconds=URL_SECONDS)
                )
        except (BaseError, TimeoutError) as error:
            raise _unavailable(error) from error
        return address


class BucketFile:
    """An object that is read part by part, so that a slow reader holds neither a request nor much memory.

    Args:
        store: of the bucket.
        key: its name.
        size_bytes: how large it is.
    """

    part_bytes = 2 * 1024 * 1024

    def __init__(self, store: S3Store, key: str, size_bytes: int) -> None:
        self._store = store
        self._key = key
        self.size_bytes = size_bytes

    async def read(self, size: int, position: int) -> bytes:
        """Return up to ``size`` bytes from a position on; none behind the end."""
        end = min(position + size, self.size_bytes)
        if position >= end:
            return b""
        require_no_connection()
        try:
            async with asyncio.timeout(STORAGE_SECONDS):
                part = await obstore.get_range_async(
                    self._store, self._key, start=position, end=end
                )
        except NotFoundError:
            # It was deleted meanwhile.
            return b""
        except (BaseError, TimeoutError) as error:
            raise _unavailable(error) from error
        return bytes(part)

    def close(self) -> None:
        """Do nothing: nothing is held between two parts."""


def _unavailable(error: Exception) -> StorageUnavailable:
    return StorageUnavailable(f"The bucket cannot be used: {type(error).__name__}.")
