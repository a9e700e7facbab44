"""Where the files of generated content are kept: in a folder of this machine, or in a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from partner_api.storage.errors import FileTooLarge, InvalidKey, StorageUnavailable
from partner_api.storage.files import (
    MAX_FILE_BYTES,
    Storage,
    StoredFile,
    check_name,
    content_key,
    file_key,
)
from partner_api.storage.folder import FolderStorage

if TYPE_CHECKING:
    from partner_api.crypto import SecretKeys
    from partner_api.settings.table import Settings

__all__ = [
    "FOLDER",
    "MAX_FILE_BYTES",
    "FileTooLarge",
    "InvalidKey",
    "Storage",
    "StorageUnavailable",
    "StoredFile",
    "check_name",
    "content_key",
    "file_key",
    "open_storage",
]

FOLDER: Final = "files"
"""In the data folder."""


def open_storage(settings: Settings, secret_keys: SecretKeys) -> Storage:
    """Return the storage that the settings name; nothing is connected to yet.

    Args:
        settings: ``storage_url``, or without it a folder in ``data_dir``.
        secret_keys: sign the addresses of files in the folder.

    Raises:
        StorageUnavailable: a bucket is named, and what talks to buckets is not installed.
    """
    folder = settings.data_dir / FOLDER
    if settings.storage_url is None:
        return FolderStorage(folder, secret_keys)
    from partner_api.storage.bucket import BucketStorage

    return BucketStorage(settings.storage_url, folder)
