"""Finding a file by its signed address, or 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.errors import ApiError, not_found
from partner_api.storage.addresses import admits
from partner_api.storage.errors import InvalidKey, StorageUnavailable

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest
    from partner_api.storage.files import OpenedFile
    from partner_api.storage.schemas import FileQuery

_UNAVAILABLE = "The storage of files cannot be read now. Try again in a moment."


def require_address(request: ApiRequest, key: str, query: FileQuery) -> None:
    """Check that this server made the address of a file, and that it may still be used.

    Raises:
        ApiError: NOT_FOUND.
    """
    if not admits(
        request.services.secret_keys,
        key,
        query.type,
        query.sha256,
        query.expires,
        query.signature,
        request.now,
    ):
        raise not_found()


async def require_file(request: ApiRequest, key: str) -> OpenedFile:
    """Open a file; the caller closes it.

    Raises:
        ApiError: NOT_FOUND; UNAVAILABLE: the storage does not answer.
    """
    try:
        return await request.services.storage.open(key)
    except (FileNotFoundError, InvalidKey):
        raise not_found() from None
    except StorageUnavailable as error:
        raise ApiError("UNAVAILABLE", _UNAVAILABLE) from error
