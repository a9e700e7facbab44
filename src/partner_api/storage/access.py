"""Finding a file by its signed address, or 404."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from partner_api.errors import not_found
from partner_api.storage.errors import InvalidKey
from partner_api.storage.folder import FolderStorage
from partner_api.storage.threads import OpenFile

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.storage.schemas import FileQuery


def require_address(request: ApiRequest, key: str, query: FileQuery) -> FolderStorage:
    """Return the folder of a file whose address this server made, and which may still be used.

    Raises:
        ApiError: NOT_FOUND, also where files are kept in a bucket.
    """
    storage = request.services.storage
    if not isinstance(storage, FolderStorage) or not storage.admits(
        key, query.type, query.sha256, query.expires, query.signature, request.now
    ):
        raise not_found()
    return storage


async def require_file(storage: FolderStorage, key: str) -> OpenFile:
    """Open a file; the caller closes it.

    Raises:
        ApiError: NOT_FOUND.
    """
    try:
        return await OpenFile.open(storage.path(key), os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, InvalidKey):
        raise not_found() from None
