"""Uploads: bodies that are not JSON and too large to be kept in memory."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from partner_api.edge.request.exchange import DrainLimit
from partner_api.errors import Issue
from partner_api.time_limits import DISCARD_UPLOAD_SECONDS

if TYPE_CHECKING:
    from partner_api.edge.request.api_request import ApiRequest

ANY_TYPE = "application/octet-stream"
"""Among the media types of a rule it stands for all of them."""


class UploadRule(Struct, frozen=True):
    """What a route takes: these media types, or any, and so many bytes at most.

    ``streamed``: the handler reads the bytes itself as they arrive, with ``request.body_chunks``,
    when it knows that they are wanted; else they are there, as ``upload``, when it is called.
    """

    media_types: tuple[str, ...]
    max_bytes: int
    streamed: bool = False

    def read_media_type(self, request: ApiRequest, issues: list[Issue]) -> str:
        """Return the media type that a request announces; another one is added to ``issues``."""
        text = request.header("content-type") or ""
        media_type = text.partition(";")[0].strip().lower()
        if ANY_TYPE not in self.media_types and media_type not in self.media_types:
            issues.append(Issue("Content-Type", f"Expected {' or '.join(self.media_types)}"))
        return media_type


def upload_drain_limit(max_bytes: int) -> DrainLimit:
    """Return how much of an upload of so many bytes at most is read when it is not wanted, so that the answer arrives.

    Whoever sends a large file should see why it is refused.
    """
    return DrainLimit(2 * max_bytes, DISCARD_UPLOAD_SECONDS)


class Upload:
    """What was uploaded: in a file without a name, which is gone when it is closed."""

    def __init__(self, media_type: str, file: IO[bytes], digest: str) -> None:
        self.media_type = media_type
        self.file = file
        # SHA-256 in hexadecimal digits.
        self.digest = digest

    def close(self) -> None:
        """Close the file, which deletes it."""
        self.file.close()


async def receive_upload(request: ApiRequest, media_type: str, max_bytes: int) -> Upload:
    """Write a body to a file as it arrives, and keep it in ``request.upload``.

    Raises:
        ApiError: PAYLOAD_TOO_LARGE; REQUEST_TIMEOUT when nothing came for too long; VALIDATION when
            the connection closed before the end.
    """
    hashed = hashlib.sha256()
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the request has been answered
    try:
        async for chunk in request.body_chunks(max_bytes):
            hashed.update(chunk)
            file.write(chunk)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    request.upload = Upload(media_type, file, hashed.hexdigest())
    return request.upload
